import type { HostHands } from '../hosts/host.ts';
import { abortReason } from '../model/clock.ts';
import type { Brake } from './brake.ts';

/**
 * Hands that begin nothing on a host while the brake is pulled: also a start that was waiting for a connection, or was to be
 * tried again, is given up. Throws Waiting `HALTED`; the intent then stays open and the host's own guard decides later
 * whether it began. What only observes goes on.
 */
export function brakedHands(hands: HostHands, brake: Pick<Brake, 'pulled' | 'refuseWhilePulled'>): HostHands {
  return {
    facts: (target, signal, timeoutMs) => hands.facts(target, signal, timeoutMs),
    readStep: (target, step, signal) => hands.readStep(target, step, signal),
    check: (target, check, signal) => hands.check(target, check, signal),
    look: (target, wanted, family, place, signal) => hands.look(target, wanted, family, place, signal),
    drop: (name) => hands.drop(name),
    actingFor: (purpose) => brakedHands(hands.actingFor(purpose), brake),
    async startStep(target, step, signal) {
      brake.refuseWhilePulled();
      const { pulled } = brake;
      const begun = hands.startStep(target, step, AbortSignal.any([signal, pulled]));
      return begun.catch((error: unknown) => {
        if (pulled.aborted && !signal.aborted) throw abortReason(pulled);
        throw error;
      });
    },
  };
}
