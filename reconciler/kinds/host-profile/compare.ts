import type { HostFamily } from '../../hosts/families/family.ts';
import { familyNamed } from '../../hosts/families/registry.ts';
import type { HostHands } from '../../hosts/host.ts';
import type { Lost } from '../../hosts/lost.ts';
import type { ProfileChange } from '../../hosts/profile/changes.ts';
import { planChanges } from '../../hosts/profile/plan-changes.ts';
import { NOTHING_WANTED, type WantedHost } from '../../hosts/profile/wanted.ts';
import type { HostTarget } from '../../hosts/transport.ts';
import type { KindDeps } from '../context.ts';
import { NO_PROFILE } from '../host/profile-state.ts';
import type { StableFacts } from '../host/record.ts';
import { wantedOf } from './wanted-of.ts';

/** What a look at a host found of its profile. */
export type Comparison =
  | {
      /** Digest of the resolved profile. */
      profile: string;
      family: HostFamily;
      wanted: WantedHost;
      /** What was last brought about there, as the host says. */
      applied?: string;
      changes: readonly ProfileChange[];
    }
  /** The profile cannot be applied to such a host. */
  | { profile: string; impossible: { code: string; message: string } };

/**
 * Compares a host with the profile of its cluster. Undefined: it has none, and nothing of ours.
 *
 * @param had a profile was brought to it before: what is no longer wanted is looked for.
 */
export async function compareHost(
  name: string,
  facts: StableFacts,
  had: boolean,
  at: { target: HostTarget; hands: HostHands; stepsRoot: string },
  deps: Pick<KindDeps, 'inventory' | 'profileExtra'>,
  signal: AbortSignal,
): Promise<Comparison | Lost | undefined> {
  const asked = await wantedOf(name, facts, deps);
  if (asked && 'impossible' in asked) return asked;
  const family = facts.family === undefined ? undefined : familyNamed(facts.family);
  if (!family || (!asked && !had)) return undefined;
  const { profile, wanted } = asked ?? { profile: NO_PROFILE, wanted: NOTHING_WANTED };
  const found = await at.hands.look(at.target, wanted, family, { stepsRoot: at.stepsRoot }, signal);
  if ('lost' in found) return found;
  const { seen } = found;
  const changes = planChanges(wanted, seen);
  if (!asked && changes.length === 0 && seen.inventory.length === 0) return undefined;
  return { profile, family, wanted, ...(seen.applied === undefined ? {} : { applied: seen.applied }), changes };
}
