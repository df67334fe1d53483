import type { Brake } from '../engine/brake.ts';
import type { Manager } from '../engine/manager.ts';
import { keys } from '../store/keys.ts';
import type { Mirror } from '../store/mirror.ts';
import type { ReleaseRecord } from '../store/records.ts';

/** Connects what people do by hand in the store (pull the brake, release a claim) with those who have to heed it. */
export function wireBrake(
  live: Mirror,
  brake: Brake,
  { manager, onHalt }: { manager: Manager; onHalt: () => void },
): void {
  brake.onChange(() => {
    manager.queueUnfinished();
    onHalt();
  });
  live.onChange((changed) => {
    if (changed.includes(keys.halt)) brake.heed();
    const releases = changed.filter((key) => key.startsWith(keys.releases)).map((key) => live.get(key));
    manager.heedReleases(releases.filter((each) => each !== undefined).map((each) => each as unknown as ReleaseRecord));
  });
}
