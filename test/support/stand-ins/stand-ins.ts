import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folder of small programs named dnf, yum, rpm, zypper, apk, systemctl, rc-service, … that record what they are asked. */
export const STAND_INS = import.meta.dirname;

/** A host's state as the stand-ins keep it; see `common` for what the folders mean. */
export class StandInState {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** For the environment of what calls them: the folder, and a PATH on which they stand first. */
  get env(): Record<string, string> {
    return { STAND_INS: this.folder, PATH: `${STAND_INS}:/usr/sbin:/usr/bin:/sbin:/bin` };
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  has(path: string): boolean {
    return existsSync(join(this.folder, path));
  }

  /** What was asked so far that matches, oldest first; then the record is empty. */
  takeLog(only: RegExp): string[] {
    const file = join(this.folder, 'log');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    rmSync(file, { force: true });
    return lines.filter((line) => only.test(line));
  }
}
