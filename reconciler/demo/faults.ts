/** The commands that the product sends to hosts, by the word after `intendant-`; `other` is any other command. */
export type Verb = 'facts' | 'step-start' | 'step-read' | 'check' | 'upload' | 'look' | 'other';

/** A fault that meets a command on its way. */
export interface CommandFault {
  /** Only this verb. Default: any. */
  verb?: Verb;
  /** How many commands it meets before it is gone. Default: all of them, until it is switched off. */
  times?: number;
  /**
   * `before`: the command has no effect on the host. `after` (default): it has had its effect and only the answer is
   * lost, which is the worse of the two because it looks the same to the client.
   */
  when?: 'before' | 'after';
}

/** What is wrong with one simulated host. Everything is off by default and can be changed while it runs. */
export interface HostFaults {
  /** Once it goes down it stays down. */
  neverComesBack?: boolean;
  /** Connections are reset at once; those that stand are cut. */
  unreachable?: boolean;
  /** A connection is accepted and then nothing is said. */
  hangAtLogin?: boolean;
  /** Commands get no answer. */
  hangInCommand?: CommandFault;
  /** The connection is reset halfway through the answer. */
  resetInCommand?: CommandFault;
  /** Shows another host key than the one in `hostKeys`. */
  changedHostKey?: boolean;
  /** Commands answer with output that never ends. */
  endlessOutput?: CommandFault;
  /** Answers come in noise: control characters, forged frames, invalid UTF-8. Facts and output are hostile too. */
  hostileOutput?: boolean;
  /** Every answer is this late, in milliseconds. */
  slowMs?: number;
  /** `reboot` is refused, as by an inhibitor: exit code 1. */
  refuseReboot?: boolean;
  /** Added to the time that a reboot takes, in milliseconds. */
  rebootDelayMs?: number;
  /** Seconds that the host's clock is ahead of true. */
  clockSkewSeconds?: number;
  /** Facts that are answered in place of the host's own, by their names in the protocol. */
  facts?: Record<string, string>;
  /** The host says that it wants a reboot, until it has had one. */
  rebootRequired?: boolean;
  /** Nothing can be written: steps and uploads answer `state=error`. */
  diskFull?: boolean;
  /** Profiles are brought about until this change, counted from 1 or named by its item, which fails. */
  failChange?: number | string;
  /** How long each change of a profile takes, in milliseconds. Default 0. */
  changeMs?: number;
  /** Health checks end with exit code 1. */
  failChecks?: boolean;
}

/** True when the fault meets a command of this verb now; counts it. */
export function meets(fault: CommandFault | undefined, verb: Verb): fault is CommandFault {
  if (!fault || (fault.verb !== undefined && fault.verb !== verb)) return false;
  if (fault.times === undefined) return true;
  if (fault.times <= 0) return false;
  fault.times -= 1;
  return true;
}
