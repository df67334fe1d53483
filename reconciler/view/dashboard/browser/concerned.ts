/** Whether an event speaks of what the page shows. What names no object concerns every page. */
export function isConcerned(data: string, watch: readonly string[]): boolean {
  if (watch.includes('*')) return true;
  try {
    const { key, host } = JSON.parse(data) as { key?: unknown; host?: unknown };
    if (typeof key !== 'string') return true;
    const names = typeof host === 'string' ? [key, `Host/${host}`] : [key];
    return watch.some((wanted) =>
      names.some((name) => (wanted.endsWith('/') ? name.startsWith(wanted) : name === wanted)),
    );
  } catch {
    return true;
  }
}
