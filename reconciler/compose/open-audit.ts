import { join } from 'node:path';
import type { DaemonConfig } from '../config/daemon-config.ts';
import { CommandAudit } from '../engine/audit/command-audit.ts';
import type { KindLog, LiveState } from '../kinds/context.ts';
import type { Clock } from '../model/clock.ts';
import type { Git } from './open-git.ts';

/** The audit of everything that is sent to hosts: in `<state>/audit/`, whichever command of ours sends it. */
export function openAudit(
  { fleet, state }: DaemonConfig,
  { live, git, clock, log }: { live: Pick<LiveState, 'get'>; git: Git; clock: Clock; log: KindLog },
): CommandAudit {
  const { source, signatures } = git;
  return new CommandAudit({
    folder: join(state, 'audit'),
    fleet,
    live,
    commitInfo: (commit, within) => source.commitInfo(commit, within),
    signatureOf: signatures && (async (commit, within) => (await signatures.of([commit], within))[0]!),
    clock,
    log,
  });
}
