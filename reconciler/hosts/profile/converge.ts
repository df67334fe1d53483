import { InvalidInput } from '../../model/errors.ts';
import { Sensitive } from '../../model/sensitive.ts';
import { quoteWord, renderCommand, ShellWord } from '../command.ts';
import type { CommandLine } from '../command.ts';
import { renderScript } from '../families/family.ts';
import type { FamilyCommand, HostFamily } from '../families/family.ts';
import { CONVERGE_PACKAGES, CONVERGE_PRELUDE } from '../scripts/converge.ts';
import type { ProfileChange } from './changes.ts';
import { convergeHeader } from './converge-header.ts';
import { convergeFile } from './converge-file.ts';
import { originalName, profileFolder } from './inventory.ts';
import type { ProfilePlace } from './inventory.ts';
import type { WantedFile, WantedHost } from './wanted.ts';

/**
 * One POSIX script that brings the changes about, in their order: the action of a guarded step. A line names the change in hand
 * (`failedChange` reads it), and the first that fails ends it with exit code 1. It may be cut short anywhere: what the next look plans
 * finishes it. Sensitive where the content of a file is. The guards of all wanted commands are asked again, for what came before may
 * have made one due.
 *
 * Throws InvalidInput `PACKAGES_NOT_SUPPORTED` where packages would come or go on a host whose packages are part of its image.
 */
export function convergeScript(
  family: HostFamily,
  wanted: WantedHost,
  changes: readonly ProfileChange[],
  place: ProfilePlace,
): string | Sensitive {
  return seal(wanted, [...convergeLines(family, wanted, changes, place), '']);
}

/** The lines of a converge script; `extra` is for the header. */
export function convergeLines(
  family: HostFamily,
  wanted: WantedHost,
  changes: readonly ProfileChange[],
  place: ProfilePlace,
  extra: { clean?: true } = {},
): string[] {
  const last = changes.filter(({ kind, action }) => kind === 'service' && (action === 'restart' || action === 'start'));
  return [
    convergeHeader(wanted, changes, extra),
    `p=${quoteWord(profileFolder(place))}`,
    CONVERGE_PRELUDE,
    ...packageFunctions(family, changes),
    'listed= units=',
    'begin',
    ...wanted.services.flatMap(({ name }) => claims(name, changes)),
    'save',
    ...bringing(family, wanted, changes),
    ...leaving(changes, last),
    'without restart-on',
    ...wanted.services.flatMap(({ name, restartOn }) =>
      restartOn.map((path) => call('note', `restart-on ${name} ${path}`)),
    ),
    call('note', `applied ${wanted.digest}`),
    'finish',
  ];
}

/** The text, sealed where a file of it is. */
function seal({ repositories, files }: WantedHost, lines: readonly string[]): string | Sensitive {
  const text = lines.join('\n');
  return [...repositories, ...files].some(({ content }) => content instanceof Sensitive) ? new Sensitive(text) : text;
}

/** A call of a function of the prelude. */
function call(name: string, ...words: string[]): string {
  return [name, ...words.map(quoteWord)].join(' ');
}

/** The line that names the change in hand. */
function mark({ action, kind, name }: ProfileChange): string {
  return call('change', `${action} ${kind} ${name}`);
}

function packageFunctions(family: HostFamily, changes: readonly ProfileChange[]): string[] {
  const touched = changes.filter(({ kind, action }) => kind === 'package' && action !== 'forget');
  const { changes: able, installed } = family.packages;
  if (touched.length === 0) return [];
  if (!able) {
    const names = touched.map(({ name }) => name).join(', ');
    throw new InvalidInput(`Packages of ${family.name} hosts are part of their image: ${names} cannot come or go.`, {
      code: 'PACKAGES_NOT_SUPPORTED',
      hint: 'Deploy an image that has them, or take them out of the profile for this family.',
    });
  }
  const all = new ShellWord('"$@"');
  return [
    renderScript(family, []).trimEnd(),
    `installed() { ${installed}; }`,
    shellFunction('refresh', able.refresh()),
    shellFunction('repair', able.repair()),
    shellFunction('fetch', able.install(all)),
    shellFunction('take', able.remove(all)),
    `removable() { ${renderLine(able.removable(all))}; }`,
    CONVERGE_PACKAGES,
  ];
}

/** Each command ends the function where it fails: a subshell, so that `exit` ends it and nothing more. */
function shellFunction(name: string, commands: readonly FamilyCommand[]): string {
  return `${name}() (\n${renderScript({ environment: {} }, commands)}true\n)`;
}

function renderLine(line: CommandLine): string {
  return renderCommand(line);
}

/** A service that a package switches on when it comes is ours all the same: said before anything else is done. */
function claims(name: string, changes: readonly ProfileChange[]): string[] {
  const aspects = {
    enable: ['enabled', 'absent'],
    disable: ['enabled', 'kept'],
    start: ['running', 'absent'],
    stop: ['running', 'kept'],
  };
  return changes.flatMap((change) => {
    if (change.kind !== 'service' || change.name !== name || change.leaving) return [];
    const words = aspects[change.action as keyof typeof aspects] as string[] | undefined;
    return words ? [call('claim', ...words, name)] : [];
  });
}

function bringing(family: HostFamily, wanted: WantedHost, changes: readonly ProfileChange[]): string[] {
  const now = changes.filter(({ leaving }) => !leaving);
  const files = (kind: 'repository' | 'file', from: readonly WantedFile[]): string[] =>
    now
      .filter((change) => change.kind === kind)
      .flatMap((change) => {
        const file = from.find(({ path }) => path === change.name);
        return file ? [mark(change), ...convergeFile(family, kind, file, wanted.services)] : [];
      });
  const repositories = files('repository', wanted.repositories);
  const packages = now.filter(({ kind }) => kind === 'package').map(({ name }) => name);
  const firstLeaving = changes.findIndex(({ leaving }) => leaving);
  const before = firstLeaving < 0 ? changes : changes.slice(0, firstLeaving);
  return [
    ...repositories,
    ...(repositories.length > 0 ? ['listed=changed'] : []),
    ...(packages.length > 0
      ? [call('change', `install package ${packages.join(', ')}`), call('install', ...packages)]
      : []),
    ...files('file', wanted.files),
    'reload',
    ...wanted.commands.map(({ name, unless, script }) => call('run', name, unless, script)),
    ...before.flatMap(serviceLines),
  ];
}

function serviceLines(change: ProfileChange): string[] {
  const { kind, action, name } = change;
  if (kind !== 'service') return [];
  if (action === 'reload') return [mark(change), 'units=changed', 'reload'];
  if (action === 'restart') return [mark(change), call('restart', name)];
  return [mark(change), call('turn', action, name)];
}

function leaving(changes: readonly ProfileChange[], restarts: readonly ProfileChange[]): string[] {
  const first = changes.findIndex((change) => change.leaving);
  if (first < 0) return [];
  const rest = changes.slice(first);
  const late = restarts.filter((change) => rest.includes(change) && !change.leaving);
  const packages = rest.filter(({ kind, action }) => kind === 'package' && action === 'remove').map(({ name }) => name);
  let packagesGone = false;
  const lines = late.map(({ name }) => call('note', `restart due ${name}`));
  if (late.length > 0) lines.push('save');
  for (const change of rest) {
    const { kind, name, action } = change;
    if (kind === 'service') {
      // A unit that went must be forgotten before what still runs is restarted.
      if (!change.leaving) lines.push('reload');
      lines.push(...(action === 'forget' ? [mark(change), call('forget_service', name)] : serviceLines(change)));
    } else if (kind === 'package' && action === 'remove') {
      if (packagesGone) continue;
      packagesGone = true;
      lines.push(call('change', `remove package ${packages.join(', ')}`), call('remove', ...packages));
    } else if (kind === 'package') {
      lines.push(mark(change), call('drop', `package absent ${name}`), 'save');
    } else if (kind === 'file' || kind === 'repository') {
      const does = action === 'remove' ? 'remove_file' : action === 'restore' ? 'restore_file' : 'disown';
      lines.push(mark(change), call(does, name, originalName(name)));
    }
  }
  return [...lines, 'reload'];
}
