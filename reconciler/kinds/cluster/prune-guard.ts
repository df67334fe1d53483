import type { ApplyInput, ApplyMember } from './decide-apply.ts';
import type { PruneRecord } from './apply-record.ts';

/** Removals that wait: which hosts are held, what is remembered, and what people are told. */
export interface PruneGate {
  isHeld: (member: ApplyMember) => boolean;
  record?: PruneRecord;
  held?: { reason: string; message: string };
}

const OPEN: PruneGate = { isHeld: () => false };

/**
 * While more hosts than the guard allows would lose something, those wait until `confirmPrune` names the revision at which that was
 * first so. Another profile is another removal and needs a confirmation of its own. Pure.
 */
export function pruneGate(
  input: Pick<ApplyInput, 'members' | 'pruneLimit' | 'confirmed' | 'commit' | 'profile' | 'record'>,
): PruneGate {
  const hosts = input.members.filter(({ removals }) => removals > 0).length;
  const before = input.record?.prune?.profile === input.profile ? input.record.prune : undefined;
  // What was confirmed stays so while it is carried out host by host.
  if (hosts === 0 || (!before && hosts <= input.pruneLimit)) return OPEN;
  // Hosts are compared one after the other: those who confirm are to know of all of them.
  const first = before ?? { commit: input.commit, profile: input.profile, hosts };
  const record = { ...first, hosts: Math.max(first.hosts, hosts) };
  const { confirmed } = input;
  if (confirmed !== undefined && record.commit.startsWith(confirmed)) return { ...OPEN, record };
  const message = `${record.hosts} hosts would lose packages, files or services, and without being asked at most ${input.pruneLimit} may; if that is meant, write confirmPrune: ${record.commit.slice(0, 12)} into the Fleet`;
  return { isHeld: ({ removals }) => removals > 0, record, held: { reason: 'PruneNotConfirmed', message } };
}
