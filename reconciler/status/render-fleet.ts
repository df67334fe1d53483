import { isoTime } from '../model/clock.ts';
import { formatDuration } from '../model/duration.ts';
import type { JsonObject } from '../model/json.ts';
import type { MetaRecord, RevisionRecord } from '../store/records.ts';
import type { Halt } from '../rollout/brake.ts';
import { stableYaml } from './stable-yaml.ts';
import { cleanText } from './text.ts';

/** Version of the form of all files in the branch. A reader refuses a higher one. */
export const STATUS_FORMAT = 1;

/** A heartbeat every ten minutes or more is told to the minute, a faster one to the second. */
const COARSE_FROM_MS = 600_000;

export interface FleetFileInput {
  fleet: string;
  version: string;
  /** Wall clock of the heartbeat, rounded down when rendered. */
  heartbeatAt: number;
  heartbeatMs: number;
  revision: RevisionRecord | undefined;
  meta: MetaRecord;
  halts: readonly Halt[];
}

/**
 * `fleet.yaml`: that the daemon lives, which version it is, which store it stands on and which revision it has processed.
 * The one file with a time in it and the only one that names HEAD.
 */
export function renderFleet({
  fleet,
  version,
  heartbeatAt,
  heartbeatMs,
  revision,
  meta,
  halts,
}: FleetFileInput): string {
  const grain = heartbeatMs >= COARSE_FROM_MS ? 60_000 : 1000;
  return stableYaml({
    fleet,
    format: STATUS_FORMAT,
    ...(halts.length > 0 && { halted: halts.map(haltEntry) }),
    heartbeat: isoTime(Math.floor(heartbeatAt / grain) * grain),
    heartbeatInterval: formatDuration(heartbeatMs).replaceAll(' ', ''),
    held: revision ? { ...revision.held } : {},
    revision: revision && {
      branch: revision.branch,
      accepted: revision.accepted,
      tip: revision.tip,
      refused: revision.refused && {
        code: cleanText(revision.refused.code),
        message: cleanText(revision.refused.message),
      },
    },
    store: { epoch: meta.epoch, id: meta.id, ...(meta.sequence ? { sequence: meta.sequence } : {}) },
    version,
  });
}

function haltEntry({ by, who, why, since }: Halt): JsonObject {
  return { by, since: cleanText(since, 40), who: cleanText(who), why: cleanText(why) };
}
