import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A small Debian package. */
export interface DebSpec {
  name: string;
  version: string;
  depends?: string;
  /** Content by absolute path; what lies below /etc is a conffile. */
  files?: Record<string, string>;
  /** Shell text by the name of the maintainer script. */
  scripts?: Partial<Record<'postinst' | 'prerm' | 'postrm', string>>;
}

/** Builds packages into a folder that apt reads as `deb [trusted=yes] file:<folder> ./`. What was in the folder goes. */
export function makeDebRepository(folder: string, packages: readonly DebSpec[]): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const index = packages.map((spec) => {
    const tree = join(folder, `.${spec.name}`);
    const file = `${spec.name}_${spec.version}.deb`;
    const control = controlOf(spec);
    write(join(tree, 'DEBIAN/control'), control);
    const files = Object.entries(spec.files ?? {});
    for (const [path, content] of files) write(join(tree, path), content);
    const conffiles = files.map(([path]) => `${path}\n`).filter((path) => path.startsWith('/etc/'));
    if (conffiles.length > 0) write(join(tree, 'DEBIAN/conffiles'), conffiles.join(''));
    for (const [name, text] of Object.entries(spec.scripts ?? {})) {
      write(join(tree, 'DEBIAN', name), `#!/bin/sh\nset -e\n${text}\n`, 0o755);
    }
    execFileSync('dpkg-deb', ['--root-owner-group', '--build', tree, join(folder, file)], { stdio: 'ignore' });
    rmSync(tree, { recursive: true });
    const bytes = readFileSync(join(folder, file));
    const sum = createHash('sha256').update(bytes).digest('hex');
    return `${control}Filename: ./${file}\nSize: ${bytes.length}\nSHA256: ${sum}\n`;
  });
  writeFileSync(join(folder, 'Packages'), index.join('\n'));
}

function controlOf({ name, version, depends }: DebSpec): string {
  const needs = depends === undefined ? '' : `Depends: ${depends}\n`;
  return `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\n${needs}Description: ${name}\n`;
}

function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode });
}
