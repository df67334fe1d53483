import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Lab } from './lab.ts';

/** A small Debian package. */
export interface SmallPackage {
  name: string;
  version: string;
  /** Content by path, without the leading `/`. */
  files?: Readonly<Record<string, string>>;
  /** What it does once it is installed. */
  postinst?: string;
}

/** Where hosts find the packages that are offered to them. */
export const PACKAGES = '/srv/packages';

/** Writes a file on a host of the lab, over whatever stands there. */
export async function writeOn(
  lab: Lab,
  host: string,
  path: string,
  text: string | Buffer,
  mode = 0o644,
): Promise<void> {
  const content = Buffer.from(text).toString('base64');
  const script = 'mkdir -p "$(dirname "$1")" && echo "$2" | base64 -d >"$1" && chmod "$3" "$1"';
  await lab.exec(host, ['sh', '-c', script, 'write', path, content, mode.toString(8)]);
}

/** Builds packages and offers them to a host as the only ones that its real apt knows of. */
export async function offerPackages(lab: Lab, host: string, packages: readonly SmallPackage[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packages-'));
  try {
    const index: string[] = [];
    for (const each of packages) {
      const { control, bytes } = build(folder, each);
      const sum = createHash('sha256').update(bytes).digest('hex');
      const file = `${each.name}_${each.version}.deb`;
      await writeOn(lab, host, `${PACKAGES}/${file}`, bytes);
      index.push(`${control}Filename: ./${file}\nSize: ${bytes.length}\nSHA256: ${sum}\n`);
    }
    await writeOn(lab, host, `${PACKAGES}/Packages`, index.join('\n'));
    await writeOn(lab, host, '/etc/apt/sources.list', `deb [trusted=yes] file:${PACKAGES} ./\n`);
    await lab.exec(host, ['sh', '-c', 'rm -rf /etc/apt/sources.list.d/*']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function build(
  folder: string,
  { name, version, files = {}, postinst = '' }: SmallPackage,
): { control: string; bytes: Buffer } {
  const tree = join(folder, `${name}-${version}`);
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  const control = `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: a small package\n`;
  writeFileSync(join(tree, 'DEBIAN', 'control'), control);
  if (postinst !== '') writeFileSync(join(tree, 'DEBIAN', 'postinst'), `#!/bin/sh\n${postinst}\n`, { mode: 0o755 });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
  }
  execFileSync('dpkg-deb', ['--root-owner-group', '--build', tree, `${tree}.deb`], { stdio: 'ignore' });
  return { control, bytes: readFileSync(`${tree}.deb`) };
}
