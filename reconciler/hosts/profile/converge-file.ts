import { Sensitive } from '../../model/sensitive.ts';
import { quoteWord, renderCommand, ShellWord } from '../command.ts';
import type { HostFamily } from '../families/family.ts';
import { originalName } from './inventory.ts';
import type { WantedFile, WantedService } from './wanted.ts';

const KEY = /^-----BEGIN PGP PUBLIC KEY BLOCK-----/;

/** The lines that write one file; a key of a repository is trusted before it takes its place, so that no crash leaves it untrusted. */
export function convergeFile(
  family: HostFamily,
  kind: 'file' | 'repository',
  file: WantedFile,
  services: readonly WantedService[],
): string[] {
  const { path, mode, owner, group, check } = file;
  const content = file.content instanceof Sensitive ? file.content.reveal() : file.content;
  const base64 = Buffer.from(content).toString('base64');
  const name = originalName(path);
  const isKey = kind === 'repository' && KEY.test(content);
  const trust = isKey ? (family.packages.changes?.trustKey?.(new ShellWord('"$t"')) ?? []) : [];
  const restarts = services.filter(({ running, restartOn }) => running && restartOn.includes(path));
  return [
    `prepare ${quoteWord(path)} ${name}`,
    "decode <<'INTENDANT'",
    ...(base64.match(/.{1,76}/g) ?? []),
    'INTENDANT',
    ['own', mode, owner, group].map(quoteWord).join(' '),
    ...(check ? [`quiet ${checkLine(check)} || die ${quoteWord(`the new ${path} does not pass its check`)}`] : []),
    ...trust.map(({ line }) => `quiet ${renderCommand(line)} || die 'the key is not accepted'`),
    ['place', kind, name, ...restarts.map((service) => service.name)].map(quoteWord).join(' '),
  ];
}

function checkLine(check: readonly string[]): string {
  return renderCommand({ bits: check.map((word) => (word === '{}' ? new ShellWord('"$t"') : word)) });
}
