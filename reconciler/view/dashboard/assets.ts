import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { Bug } from '../../model/errors.ts';
import { workerEntry } from '../../model/worker-entry.ts';

/** A file that pages refer to. */
export interface Asset {
  type: string;
  body: Buffer;
  gzip: Buffer;
  brotli: Buffer;
}

/** Styles and scripts of the dashboard, under addresses that change with what is in them. */
export interface Assets {
  /** Digest of all of them. */
  readonly version: string;
  /** The address of one. */
  path(name: string): string;
  get(name: string): Asset | undefined;
}

const TYPES = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8', svg: 'image/svg+xml' };

/** Makes assets of texts by name. */
export function assetsOf(texts: ReadonlyMap<string, string>): Assets {
  const hash = createHash('sha256');
  const files = new Map<string, Asset>();
  for (const [name, text] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name}\n${text.length}\n${text}`);
    const body = Buffer.from(text);
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1) as keyof typeof TYPES] ?? 'text/plain; charset=utf-8';
    files.set(name, { type, body, gzip: gzipSync(body, { level: 9 }), brotli: brotliCompressSync(body) });
  }
  const version = hash.digest('hex').slice(0, 12);
  return {
    version,
    path: (name) => `/assets/${version}/${name}`,
    get: (name) => files.get(name),
  };
}

export const STYLE = 'dashboard.css';

let known: Assets | undefined;

/** The files beside this one, read once. Scripts are what `npm run build` compiled, also when this runs from sources. */
export function readAssets(): Assets {
  known ??= assetsOf(new Map([[STYLE, readStyle()], [ICON, ICON_SVG], ...readScripts()]));
  return known;
}

function readStyle(): string {
  const folder = new URL('./style/', import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith('.css'));
  return names
    .sort()
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n');
}

function readScripts(): [string, string][] {
  const folder = new URL('./', workerEntry(import.meta.url, './browser/main'));
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.js'));
    return names.map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]);
  } catch (cause) {
    throw new Bug(`The dashboard's scripts are not at ${fileURLToPath(folder)}; npm run build writes them.`, { cause });
  }
}

export const ICON = 'icon.svg';
const ICON_SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#1f6f8b"/>' +
  '<rect x="3" y="3" width="4" height="4" fill="#fff"/><rect x="9" y="3" width="4" height="4" fill="#fff"/>' +
  '<rect x="3" y="9" width="4" height="4" fill="#fff"/><circle cx="11" cy="11" r="2" fill="#ffb347"/></svg>\n';
