import type { HostHands } from '../../reconciler/hosts/host.ts';
import type { KindDeps } from '../../reconciler/kinds/context.ts';
import { ManualClock } from './manual-clock.ts';
import { MemoryLive } from './memory-live.ts';
import { silentLog } from './silent-log.ts';

/** What an action reads and acts through: these hands, live state in memory, and a clock that stands still. */
export function actionDeps(hands: HostHands, inventory: KindDeps['inventory']): KindDeps & { clock: ManualClock } {
  const deps = {
    live: new MemoryLive(),
    inventory,
    hands,
    clock: new ManualClock(),
    lastSeen: new Map(),
    stepsRoot: '/s',
    fleet: 'f',
    log: silentLog,
  };
  return deps as unknown as KindDeps & { clock: ManualClock };
}

/** Moves the clock on until the action has ended, at most by a few minutes. */
export async function untilEnded<T>(clock: ManualClock, action: Promise<T>): Promise<T> {
  let isOver = false;
  const over = (): void => void (isOver = true);
  action.then(over, over);
  for (let turn = 0; turn < 500 && !isOver; turn += 1) await clock.advance(500);
  return action;
}
