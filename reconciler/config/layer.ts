import { splitPointer, type Finding } from '../../schema/finding.ts';

/** Named values of a document. */
export type Fields = Record<string, unknown>;

/** Which place of a source is meant: a field, by its JSON pointer, and its name or its value. */
export type Place = Pick<Finding, 'pointer' | 'at'>;

/**
 * What one source says of the daemon's configuration. Layers lie over one another: what a stronger one says of a field
 * wins, and its `null` takes the field away.
 */
export interface Layer {
  /** For people: `/etc/intendant/intendant.yaml`, `etcd key /intendant/config`, `environment`, `command line`, `default`. */
  readonly source: string;
  readonly fields: Fields;
  /** Where the source says it: `file:line:column`, the name of a variable, a flag. */
  locate(place: Place): string;
}

/** One field that a variable or a flag sets. */
export interface Assignment {
  path: readonly string[];
  value: unknown;
  /** `INTENDANT_FLEET`, `--fleet`. */
  by: string;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A layer of single fields. Outer fields are set before those inside them, whatever their order. */
export function layerOf(source: string, assignments: readonly Assignment[]): Layer {
  const fields: Fields = {};
  const ordered = [...assignments].sort((one, other) => one.path.length - other.path.length);
  for (const { path, value } of ordered) assign(fields, path, value);
  return {
    source,
    fields,
    locate({ pointer }) {
      const wanted = splitPointer(pointer);
      const setting = ordered.filter(({ path }) => startsWith(wanted, path)).at(-1);
      return (setting ?? ordered.find(({ path }) => startsWith(path, wanted)))?.by ?? source;
    },
  };
}

function assign(fields: Fields, path: readonly string[], value: unknown): void {
  let at = fields;
  for (const name of path.slice(0, -1)) {
    const inner = at[name];
    at = isFields(inner) ? inner : (at[name] = {});
  }
  at[path.at(-1)!] = value;
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
  return start.length <= path.length && start.every((name, index) => path[index] === name);
}
