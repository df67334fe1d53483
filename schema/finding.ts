/** What is wrong with a value, before it has a place in a file. */
export interface Finding {
  /** Stable code in kebab-case: `unknown-field`. */
  code: string;
  /** What was found and what is expected, one sentence. */
  message: string;
  /** JSON pointer of the place: the field that is wrong, or the parent of one that is missing. */
  pointer: string;
  /** Whether the finding speaks of the field's name or of its value. */
  at: 'key' | 'value';
}

/** One segment of a JSON pointer, escaped. */
export function pointerSegment(name: string | number): string {
  return String(name).replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The segments of a JSON pointer, unescaped. */
export function splitPointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A pointer as people write it, the leading `spec` left out: `rollout.batches[1]`, `metadata.name`. */
export function fieldPath(pointer: string): string {
  const segments = splitPointer(pointer);
  const shown = segments[0] === 'spec' && segments.length > 1 ? segments.slice(1) : segments;
  return shown
    .map((segment, index) => (/^[0-9]+$/.test(segment) ? `[${segment}]` : `${index > 0 ? '.' : ''}${segment}`))
    .join('');
}
