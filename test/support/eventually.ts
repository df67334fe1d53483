import { setTimeout as delay } from 'node:timers/promises';

/** Waits until `probe` neither throws nor answers false or undefined, and gives its answer; fails with the last reason. */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  { timeoutMs = 20_000, everyMs = 20 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<Exclude<T, false | undefined>> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown = new Error('the condition never held');
  for (;;) {
    try {
      const value = await probe();
      if (value !== false && value !== undefined) return value as Exclude<T, false | undefined>;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`not within ${timeoutMs} ms: ${last instanceof Error ? last.message : String(last)}`, {
        cause: last,
      });
    }
    await delay(everyMs);
  }
}
