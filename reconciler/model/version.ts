import { existsSync, readFileSync } from 'node:fs';

/** Version of the program, from its package.json: beside the sources, or above the compiled code. */
export const VERSION: string = readVersion();

function readVersion(): string {
  const places = ['../../package.json', '../../../package.json'].map((relative) => new URL(relative, import.meta.url));
  const found = places.find((place) => existsSync(place));
  if (!found) return '0.0.0';
  return (JSON.parse(readFileSync(found, 'utf8')) as { version: string }).version;
}
