import { InvalidInput } from '../model/errors.ts';
import { parseDuration } from '../model/duration.ts';
import type { Json } from '../model/json.ts';
import type { RevisionRecord } from '../store/records.ts';
import type { Halt } from '../rollout/brake.ts';
import { listField, mapField, numberField, textField, unusable, wordField } from './fields.ts';
import { STATUS_FORMAT } from './render-fleet.ts';
import { steady } from './render-object.ts';
import { parseSafeYaml } from './safe-yaml.ts';

/** What `fleet.yaml` says, checked. */
export interface FleetFile {
  fleet: string;
  /** ISO time. */
  heartbeat: string;
  heartbeatMs: number;
  version: string;
  /** `sequence`: how far the store had come when this was written; 0 where it is not said. */
  store: { id: string; epoch: number; sequence: number };
  revision?: Pick<RevisionRecord, 'branch' | 'accepted' | 'tip' | 'refused'>;
  held: Record<string, string>;
  /** Every brake that is pulled. */
  halts: Halt[];
}

/** Reads `fleet.yaml`. Throws InvalidInput `STATUS_FILE_UNREADABLE`, or `STATUS_TOO_NEW` for a higher format. */
export function parseFleet(path: string, text: string): FleetFile {
  const file = steady(parseSafeYaml(path, text));
  const format = numberField(path, 'format', file.format);
  if (format > STATUS_FORMAT) {
    throw new InvalidInput(
      `The status branch has format ${format}; this version reads up to format ${STATUS_FORMAT}.`,
      {
        code: 'STATUS_TOO_NEW',
        hint: 'Use the version that the daemon has, or a newer one.',
      },
    );
  }
  const store = mapField(path, 'store', file.store);
  const heartbeat = textField(path, 'heartbeat', file.heartbeat);
  if (!Number.isFinite(Date.parse(heartbeat))) throw unusable(path, 'heartbeat');
  return {
    fleet: textField(path, 'fleet', file.fleet),
    heartbeat,
    heartbeatMs: duration(path, file.heartbeatInterval),
    version: textField(path, 'version', file.version),
    store: {
      id: textField(path, 'store.id', store.id),
      epoch: numberField(path, 'store.epoch', store.epoch),
      sequence: store.sequence === undefined ? 0 : numberField(path, 'store.sequence', store.sequence),
    },
    ...(file.revision === undefined ? {} : { revision: revisionIn(path, file.revision) }),
    held: Object.fromEntries(
      Object.entries(mapField(path, 'held', file.held)).map(([name, at]) => [name, textField(path, 'held', at)]),
    ),
    halts: listField(path, 'halted', file.halted ?? [], MAX_HALTS).map((each) => haltIn(path, each)),
  };
}

/** Ways to pull the brake, and room for those of later versions. */
const MAX_HALTS = 10;

function haltIn(path: string, value: Json): Halt {
  const found = mapField(path, 'halted', value);
  return {
    by: wordField(path, 'halted.by', found.by, ['command', 'file']),
    who: textField(path, 'halted.who', found.who),
    why: textField(path, 'halted.why', found.why),
    since: textField(path, 'halted.since', found.since),
  };
}

function revisionIn(path: string, value: Json): FleetFile['revision'] {
  const found = mapField(path, 'revision', value);
  const refused = found.refused === undefined ? undefined : mapField(path, 'revision.refused', found.refused);
  return {
    branch: textField(path, 'revision.branch', found.branch),
    accepted: textField(path, 'revision.accepted', found.accepted),
    tip: textField(path, 'revision.tip', found.tip),
    ...(refused && {
      refused: { code: textField(path, 'refused', refused.code), message: textField(path, 'refused', refused.message) },
    }),
  };
}

function duration(path: string, value: Json | undefined): number {
  try {
    return parseDuration(textField(path, 'heartbeatInterval', value));
  } catch {
    throw unusable(path, 'heartbeatInterval');
  }
}
