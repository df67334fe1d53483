import type { Resource } from '../../model/resource.ts';
import { shown } from './text.ts';

/** What a person does next: a sentence, and what to type where there is something to type. */
export interface Advice {
  text: string;
  command?: string;
}

/** Where a document stands: `hosts/web.yaml:12`. */
export function placeOf(resource: Resource | undefined): string | undefined {
  return resource && `${shown(resource.origin.file, 200)}:${resource.origin.line}`;
}

/** Reasons after which a host is reached again only when somebody changes the repository or the host. */
const HOST_ADVICE: Record<string, (place: string, address: string, name: string) => Advice> = {
  HostKeyChanged: (place, address, name) => ({
    text: `If the machine was installed anew, write its new key into spec.hostKeys at ${place}, or raise spec.reimage there. If not, find out who answers at that address.`,
    command: `ssh-keyscan ${address} # ${name}`,
  }),
  HostKeyUnknown: (place, address) => ({
    text: `Compare the key with the machine's console, and write it into spec.hostKeys at ${place}.`,
    command: `ssh-keyscan ${address}`,
  }),
  LoginRefused: (place, address) => ({
    text: `Let the daemon's key in on the host, or correct user and identity at ${place}.`,
    command: `ssh root@${address}`,
  }),
  SudoRefused: (_place, address) => ({
    text: 'The user of the host needs sudo without a password.',
    command: `ssh ${address} sudo -n true`,
  }),
};

/** What to do about a host that is not well. */
export function hostAdvice(
  name: string,
  address: string,
  reason: string | undefined,
  resource: Resource | undefined,
): Advice {
  const place = placeOf(resource) ?? 'its document';
  const known = reason === undefined ? undefined : HOST_ADVICE[reason];
  if (known) return known(place, shellWord(address), name);
  return {
    text: `See whether it answers. While somebody works on it, spec.maintenance at ${place} keeps operations away.`,
    command: `ssh root@${shellWord(address)}`,
  };
}

/** An address as it may be pasted into a shell: nothing but what addresses are made of. */
function shellWord(address: string): string {
  return shown(address, 255).replace(/[^A-Za-z0-9.:_%-]/g, '');
}

/** How an operation that stands still, or has failed, goes on. */
export function operationAdvice(
  { name, phase, reason }: { name: string; phase: string; reason: string },
  retry: number,
  resource: Resource | undefined,
): Advice | undefined {
  const place = placeOf(resource);
  if (reason === 'NameUsed')
    return { text: `A name runs once. Give the document at ${place ?? 'its place'} another name and push.` };
  if (phase === 'Failed' || phase === 'Cancelled') {
    if (!place)
      return { text: 'Its document has left the repository. Push an operation with a new name to do it again.' };
    return {
      text: `When the cause is mended, set spec.retry: ${retry + 1} at ${place} and push. It runs again on the hosts that failed or were skipped.`,
      command: `git commit -am "Retry ${name}" && git push`,
    };
  }
  return holdAdvice(reason, place ?? 'its document', name);
}

/** What ends each hold that does not end by itself, or that people ask about. */
function holdAdvice(reason: string, place: string, name: string): Advice | undefined {
  switch (reason) {
    case 'Halted':
      return { text: 'The brake is pulled for the whole fleet. When it is safe to go on, lift it.', command: LIFT };
    case 'Suspended':
      return { text: `Remove spec.suspend at ${place} and push to go on, or set spec.cancel: true to end it.` };
    case 'PausedAfterBatch':
      return {
        text: `It was told to stop here so that somebody looks. Raise or remove spec.rollout.pauseAfter at ${place} and push.`,
      };
    case 'ApprovalRequired':
      return { text: `Somebody else than its author writes the digest into spec.approval at ${place} and pushes.` };
    case 'HostClaimed':
      return {
        text: 'It goes on when the other one has let go. See who holds which host.',
        command: 'intendant claims',
      };
    case 'MaxUnavailable':
    case 'TooManyUnhealthy':
      return {
        text: 'It goes on when enough hosts are back. Look at those that are down.',
        command: 'intendant status',
      };
    case 'EmptySelection':
      return { text: `Correct spec.target at ${place}: it selects no host.` };
    case 'Frozen':
      return { text: `Remove the freeze from the Fleet or the Cluster and push; ${name} then goes on by itself.` };
    case 'Adopted':
    case 'StoreAdopted':
      return {
        text: `Its record was rebuilt from the status branch. Look at what was done, then raise spec.retry at ${place} or cancel it.`,
      };
    default:
      return undefined;
  }
}

const LIFT = 'intendant resume-all';
