import { cleanLine } from './clean-text.ts';
import { parseFrame, wholeNumber } from './frame.ts';
import { FACTS_SCRIPT } from './scripts/facts.ts';
import { verbCommand } from './verb.ts';
import type { VerbCommand } from './verb.ts';

/** What a host says it is. Texts are cleaned and cut to 200 characters; they are the host's word, not ours. */
export interface Facts {
  /** `ID` of os-release: `debian`. */
  os: string;
  /** `VERSION_ID` of os-release; empty where there is none (rolling releases). */
  osVersion: string;
  /** `ID_LIKE` of os-release, words separated by a space: `rhel fedora`; empty where there is none. */
  osLike: string;
  /** How the system is put together: from packages, from an ostree deployment, or from a container image (bootc). */
  model: 'package' | 'ostree' | 'bootc';
  /** The first of apt-get, dnf, yum, zypper and apk that is there; empty where none is. */
  packageTool: string;
  cpus: number;
  memoryKb: number;
  /** Sum over real local file systems. */
  diskBytes: number;
  /** Changes with every boot of the kernel, and only then. */
  bootId: string;
  kernel: string;
  uptimeSeconds: number;
  rebootRequired: boolean;
  architecture: string;
  /** There is no room for the record of a step; absent: there is. */
  diskFull?: true;
  /** The host's clock, seconds since 1970. */
  hostTime: number;
}

/** The form of a boot id. */
export const BOOT_ID = /^[0-9a-f][0-9a-f-]{7,63}$/;

/** @param stepsRoot folder in which there must be room; default `/var/lib`. */
export function factsCommand(call: { user: string; nonce: string }, stepsRoot?: string): VerbCommand {
  return verbCommand('facts', FACTS_SCRIPT, { ...call, args: stepsRoot === undefined ? [] : [stepsRoot] });
}

/** Reads the answer; undefined when it is no complete, well-formed one. */
export function parseFacts(output: string, nonce: string): Facts | undefined {
  const fields = parseFrame(output, nonce);
  if (!fields) return undefined;
  const number = (key: string): number | undefined => wholeNumber(fields.get(key));
  const text = (key: string): string => cleanLine(fields.get(key) ?? '');
  const bootId = fields.get('bootId') ?? '';
  const [cpus, memoryKb, diskBytes] = [number('cpus'), number('memoryKb'), number('diskBytes')];
  const [uptimeSeconds, hostTime] = [number('uptimeSeconds'), number('hostTime')];
  const reboot = fields.get('rebootRequired');
  const model = fields.get('model');
  if (cpus === undefined || memoryKb === undefined || diskBytes === undefined) return undefined;
  if (uptimeSeconds === undefined || hostTime === undefined) return undefined;
  if (!BOOT_ID.test(bootId) || (reboot !== 'true' && reboot !== 'false')) return undefined;
  return {
    os: text('os') || 'unknown',
    osVersion: text('osVersion'),
    osLike: text('osLike'),
    model: model === 'ostree' || model === 'bootc' ? model : 'package',
    packageTool: text('packageTool'),
    cpus,
    memoryKb,
    diskBytes,
    bootId,
    kernel: text('kernel'),
    uptimeSeconds,
    rebootRequired: reboot === 'true',
    architecture: text('architecture'),
    hostTime,
    ...(fields.get('diskFull') === 'true' ? { diskFull: true as const } : {}),
  };
}
