import type { HostProfileSpec, ProfileFamily } from '../../../schema/generated/types.ts';
import { checkFile } from './check-file.ts';
import type { ProfileFinding } from './check-file.ts';
import { nameOf } from './family-profile.ts';

const known = new WeakMap<HostProfileSpec, readonly ProfileFinding[]>();

/** What is wrong with one profile by itself, beside what its schema says. Worked out once. */
export function checkDocument(spec: HostProfileSpec): readonly ProfileFinding[] {
  let findings = known.get(spec);
  if (!findings) {
    findings = partsOf(spec).flatMap(checkPart);
    known.set(spec, findings);
  }
  return findings;
}

interface Part {
  part: ProfileFamily;
  pointer: string;
  /** How a person would call it: `families.apt.` */
  shown: string;
}

function partsOf(spec: HostProfileSpec): Part[] {
  const families = Object.entries(spec.families ?? {}).map(([name, part]) => ({
    part,
    pointer: `/spec/families/${name}`,
    shown: `families.${name}.`,
  }));
  return [{ part: spec, pointer: '/spec', shown: '' }, ...families];
}

const NAMES = { repositories: 'name', files: 'path', commands: 'name', services: 'name' } as const;

function checkPart({ part, pointer, shown }: Part): ProfileFinding[] {
  const repeated = Object.entries(NAMES).flatMap(([list, field]) => {
    const seen = new Set<string>();
    const items = part[list as keyof typeof NAMES] ?? [];
    return items.flatMap((item, index) => {
      const name = nameOf(item);
      if (!seen.has(name)) {
        seen.add(name);
        return [];
      }
      const message = `\`${shown}${list}\` has \`${name}\` twice: remove one`;
      return [{ code: 'repeated-entry', message, pointer: `${pointer}/${list}/${index}/${field}` }];
    });
  });
  const files = (part.files ?? []).flatMap((file, index) =>
    checkFile(file, `${pointer}/files/${index}`, `${shown}files[${index}]`),
  );
  return [...repeated, ...files];
}
