import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../../model/clock.ts';
import type { Source } from './metrics.ts';

/** So often is looked whether the loop is late, in milliseconds; is part of what the monitor measures. */
const RESOLUTION_MS = 20;
/** A block of the loop is seen for at least this long, however often and by however many it is asked for. */
const WINDOW_MS = 15_000;

const STATS = ['mean', 'p99', 'max'] as const;
type Lag = Record<(typeof STATS)[number], number>;

const NONE: Lag = { mean: 0, p99: 0, max: 0 };

/** How late the event loop is; the larger of the window in hand and the one before. */
export function loopLagSource(clock: Clock): { source: Source; stop: () => void } {
  const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  monitor.enable();
  let since = clock.monotonic();
  let before = NONE;
  const source: Source = async () => {
    const now = monitor.max === 0 ? NONE : seconds(monitor.mean, monitor.percentile(99), monitor.max);
    const loopLag = STATS.map((stat) => ({ labels: { stat }, value: Math.max(now[stat], before[stat]) }));
    if (clock.monotonic() - since >= WINDOW_MS) {
      before = now;
      since = clock.monotonic();
      monitor.reset();
    }
    return { loopLag };
  };
  return { source, stop: () => void monitor.disable() };
}

/** From nanoseconds between two looks to seconds that the second was late. */
function seconds(...nanoseconds: [number, number, number]): Lag {
  const [mean, p99, max] = nanoseconds.map((ns) => {
    const late = ns / 1e9 - RESOLUTION_MS / 1e3;
    return late > 0 ? Math.round(late * 1e6) / 1e6 : 0;
  }) as [number, number, number];
  return { mean, p99, max };
}
