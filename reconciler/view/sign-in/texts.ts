/** The texts of a list; nothing where it is none. A single text is a list of one. */
export function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}

/** Whether one of these is among the allowed. */
export function isMember(these: readonly string[], allowed: readonly string[]): boolean {
  return these.some((each) => allowed.includes(each));
}
