import { renderCommand, type CommandBit, type CommandLine } from '../command.ts';

export type FamilyName = 'apt' | 'dnf' | 'yum' | 'zypper' | 'apk' | 'rpm-ostree' | 'bootc';

/** One command of a family, and what it may end with. */
export interface FamilyCommand {
  line: CommandLine;
  /** Exit codes beside 0 that mean success. */
  alsoSuccess?: readonly number[];
}

/** What a host of one family is told. Builders only: nothing here runs anything. */
export interface HostFamily {
  readonly name: FamilyName;
  /** Environment of its commands. */
  readonly environment: Readonly<Record<string, string>>;
  /** Brings everything that is installed up to date, and asks nobody. */
  upgrade(): readonly FamilyCommand[];
  /** A command that exits 0 when no reboot is needed and 1 when one is; any other code = it cannot be told. */
  rebootNeeded(): CommandLine;
  readonly packages: PackageFamily;
  /** How whole systems are deployed; absent where packages are all there is. */
  readonly images?: ImageFamily;
}

/** Single packages of a family. */
export interface PackageFamily {
  /** POSIX shell text: ends with 0 where the package `$1` is installed, or what it names is provided by another one. */
  readonly installed: string;
  /** Absent where packages are part of the image and come and go with it. */
  readonly changes?: PackageChanges;
}

/** How packages come and go. No command takes away a package that it was not told to. */
export interface PackageChanges {
  /** Reads anew what the repositories offer. */
  refresh(): readonly FamilyCommand[];
  /** Puts right what an installation left behind that was cut short. */
  repair(): readonly FamilyCommand[];
  install(...names: CommandBit[]): readonly FamilyCommand[];
  /** A command that changes nothing and exits 0 when no other package needs one of these. */
  removable(...names: CommandBit[]): CommandLine;
  remove(...names: CommandBit[]): readonly FamilyCommand[];
  /** Trusts the key in this file for packages; absent where files say it themselves, or the tool asks for none. */
  trustKey?(path: CommandBit): readonly FamilyCommand[];
}

/** Families that replace the whole system and keep the one before. */
export interface ImageFamily {
  /** Makes a version the one that is booted next. */
  deploy(version: string): readonly FamilyCommand[];
  /** Makes the deployment before the one that is booted next. */
  rollback(): readonly FamilyCommand[];
  /** A command that exits 0 when the running system is this version. */
  isDeployed(version: string): CommandLine;
}

/** The text of a POSIX script that runs the commands in turn and ends with the first that fails. */
export function renderScript(family: Pick<HostFamily, 'environment'>, commands: readonly FamilyCommand[]): string {
  const environment = Object.entries(family.environment).map(
    ([name, value]) => `export ${renderCommand({ bits: [`${name}=${value}`] })}`,
  );
  return [...environment, ...commands.map(renderFamilyCommand), ''].join('\n');
}

function renderFamilyCommand({ line, alsoSuccess }: FamilyCommand): string {
  const text = renderCommand(line);
  if (!alsoSuccess) return `${text} || exit $?`;
  return `code=0; ${text} || code=$?\ncase $code in 0 | ${alsoSuccess.join(' | ')}) ;; *) exit $code ;; esac`;
}
