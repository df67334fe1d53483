import type { ProfileChange } from './changes.ts';
import { contentDigest } from './wanted.ts';
import type { WantedFile, WantedHost } from './wanted.ts';

const HEADER = '# intendant-converge ';

/** What a converge script is about, for programs: the simulated fleet does that instead of running it. */
export interface ConvergeHeader {
  digest: string;
  changes: ProfileChange[];
  /** The files that the changes write. */
  files: (Pick<WantedFile, 'path' | 'mode' | 'owner' | 'group'> & { sha256: string })[];
  /** Which files restart which service. */
  restartOn: { service: string; paths: string[] }[];
  /** At the end the host's record itself goes. */
  clean?: true;
}

/** The first line of a converge script: a comment in base64. */
export function convergeHeader(
  wanted: WantedHost,
  changes: readonly ProfileChange[],
  extra: { clean?: true } = {},
): string {
  const written = new Set(changes.map(({ name }) => name));
  const header: ConvergeHeader = {
    digest: wanted.digest,
    changes: [...changes],
    files: [...wanted.repositories, ...wanted.files]
      .filter(({ path }) => written.has(path))
      .map((file) => {
        const { path, mode, owner, group } = file;
        return { path, mode, owner, group, sha256: contentDigest(file) };
      }),
    restartOn: wanted.services.map(({ name, restartOn }) => ({ service: name, paths: [...restartOn] })),
    ...extra,
  };
  return HEADER + Buffer.from(JSON.stringify(header)).toString('base64');
}

/** The header of a script; undefined when it is no converge script. */
export function readConvergeHeader(script: string): ConvergeHeader | undefined {
  if (!script.startsWith(HEADER)) return undefined;
  const line = script.slice(HEADER.length, script.indexOf('\n'));
  return JSON.parse(Buffer.from(line, 'base64').toString('utf8')) as ConvergeHeader;
}
