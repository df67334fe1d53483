import type { ProfileChange } from './changes.ts';
import type { SeenFile } from './seen.ts';
import { contentDigest } from './wanted.ts';
import type { WantedFile } from './wanted.ts';

/** What is to be done for one file; undefined where it is as wanted. */
export function planFile(
  kind: 'file' | 'repository',
  file: WantedFile,
  seen: SeenFile | undefined,
): ProfileChange | undefined {
  const { path: name } = file;
  if (!seen || seen.state === 'absent') return { kind, name, action: 'create' };
  if (seen.state === 'other') return { kind, name, action: 'replace', why: `a ${seen.what} stands there` };
  const why = [
    ...(seen.sha256 === contentDigest(file) ? [] : ['content']),
    ...(seen.mode === file.mode ? [] : [`mode ${seen.mode} instead of ${file.mode}`]),
    ...(file.owner === seen.owner || file.owner === seen.uid ? [] : [`owner ${seen.owner} instead of ${file.owner}`]),
    ...(file.group === seen.group || file.group === seen.gid ? [] : [`group ${seen.group} instead of ${file.group}`]),
    ...(seen.mislabelled ? ['SELinux label'] : []),
  ];
  return why.length > 0 ? { kind, name, action: 'replace', why: why.join(', ') } : undefined;
}
