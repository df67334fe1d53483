import type { Clock } from '../model/clock.ts';
import type { Sensitive } from '../model/sensitive.ts';
import { asIntendantError, InvalidInput, reasonOfCode, Transient } from '../model/errors.ts';
import { checkCommand, parseCheck } from './check.ts';
import type { CheckAnswer, CheckRequest } from './check.ts';
import type { Lost } from './lost.ts';
import { cleanLine } from './clean-text.ts';
import { factsCommand, parseFacts } from './facts.ts';
import type { Facts } from './facts.ts';
import { newNonce } from './frame.ts';
import { MAX_STEP_OUTPUT_BYTES, stepReadCommand, stepStartCommand } from './guarded-step.ts';
import type { StepRead, StepStart } from './guarded-step.ts';
import type { HostFamily } from './families/family.ts';
import type { ProfilePlace } from './profile/inventory.ts';
import { lookCommand, lookTimeoutMs, MAX_LOOK_ANSWER_BYTES, parseLook } from './profile/look.ts';
import type { SeenHost } from './profile/seen.ts';
import type { WantedHost } from './profile/wanted.ts';
import { parseStepSighting } from './step-sighting.ts';
import type { StepSighting } from './step-sighting.ts';
import { RefusedPasswords } from './refused-passwords.ts';
import { asksAgain, sudoRefused, withSudoPassword } from './sudo.ts';
import type { CommandResult, HostSession, HostTarget, HostTransport } from './transport.ts';
import type { Verb, VerbCommand } from './verb.ts';

/** What a host said of itself, and who it proved to be. */
export interface FactsAnswer {
  facts: Facts;
  /** `ssh-ed25519 AAAA…` */
  hostKey: string;
  /** Nobody wrote down a key of this host: this one is to be recorded. */
  firstUse?: boolean;
}

/** On whose behalf a command is sent: a step of an operation. */
export interface CommandPurpose {
  operation: string;
  step: string;
  round: number;
}

/** A command that is about to be sent to a host, for the audit. Secrets are masked. */
export interface CommandIntent {
  /** Name of the host. */
  target: string;
  verb: Verb;
  shown: string;
  /** Absent: a look at the host that no operation asked for. */
  purpose?: CommandPurpose;
}

/** A command that was sent to a host, for metrics and audit. */
export interface CommandEvent extends CommandIntent {
  /** As in CommandResult; `threw` = the host could not be reached or logged in to, or we were told to stop. */
  ended: CommandResult['ended'] | 'threw';
  exitCode?: number;
  durationMs: number;
}

/**
 * What kinds do on hosts. Every call has a deadline and answers with a typed result or `{ lost }`. Throws what
 * `HostTransport.open` throws; InvalidInput `SUDO_REFUSED`; Transient `HOST_ANSWER_UNREADABLE` when a command ended
 * without its answer; and the reason of the signal.
 */
export interface HostHands {
  /** Facts, the host key that was proven, and whether it is to be recorded because nobody wrote it down. Deadline 15 s unless given in milliseconds. */
  facts(target: HostTarget, signal: AbortSignal, timeoutMs?: number): Promise<FactsAnswer | Lost>;
  /** Starts a guarded step, or says what became of the one with this id. */
  startStep(target: HostTarget, step: StepStart, signal: AbortSignal): Promise<StepSighting | Lost>;
  /** What became of a guarded step. */
  readStep(target: HostTarget, step: StepRead, signal: AbortSignal): Promise<StepSighting | Lost>;
  /** Runs a check command. */
  check(target: HostTarget, check: CheckRequest, signal: AbortSignal): Promise<CheckAnswer | Lost>;
  /**
   * What is there of what the host should have, and of what we brought to it. Changes nothing, except what a guard does. Throws
   * Transient `LOOK_FAILED` where the host says that it cannot tell.
   */
  look(
    target: HostTarget,
    wanted: WantedHost,
    family: HostFamily,
    place: ProfilePlace,
    signal: AbortSignal,
  ): Promise<{ seen: SeenHost } | Lost>;
  /** Closes the pooled connection, so that the next call proves the host anew. */
  drop(name: string): void;
  /** The same hands, whose commands are said to be sent for this purpose. */
  actingFor(purpose: CommandPurpose): HostHands;
}

export interface HostHandsOptions {
  transport: HostTransport;
  clock: Clock;
  onCommand?: (event: CommandEvent) => void;
  /**
   * Asked before a command that may disturb a host (`step-start`) is sent. When it rejects, the command is not sent: the
   * record of the step is read instead, and where there is none the answer is an `error` that says why.
   */
  beforeStart?: (intent: CommandIntent) => Promise<void>;
  /** Folder on the hosts for the records of steps: facts tell whether there is room in it. */
  stepsRoot?: string;
  /** Default: 12 random bytes in hex. */
  nonce?: () => string;
}

/** What a command may take beside the waiting it was asked for: processes, disk syncs, the network. */
const SLACK_MS = 15_000;
/** Starting a step syncs the disk, which can take long on a busy host. */
const START_MS = 60_000;
/** Room for what a shell profile prints around an answer. */
const NOISE_BYTES = 65_536;
/** The most that the record of a step may send back, in base64. */
const MAX_STEP_ANSWER_BYTES = MAX_STEP_OUTPUT_BYTES * 2;

/** The hands over a transport. */
export function hostHands(options: HostHandsOptions): HostHands {
  return handsFor(options, new RefusedPasswords(options.clock));
}

function handsFor(options: HostHandsOptions, refused: RefusedPasswords, purpose?: CommandPurpose): HostHands {
  const { transport, clock } = options;
  const nonce = options.nonce ?? newNonce;

  async function ask<T>(
    target: HostTarget,
    verb: VerbCommand,
    read: (output: string, nonce: string, session: HostSession) => T | undefined,
    limits: { timeoutMs: number; answerBytes?: number },
    signal: AbortSignal,
  ): Promise<T | Lost> {
    const since = clock.monotonic();
    let result: CommandResult | undefined;
    try {
      const session = await transport.open(target, signal);
      try {
        const maxOutputBytes = NOISE_BYTES + (limits.answerBytes ?? 0);
        const password = target.user === 'root' ? undefined : await session.sudoPassword();
        if (password && refused.has(whoOf(target), password))
          throw refusedBySudo(target, password, 'not tried again yet');
        const sent = password
          ? withSudoPassword(verb.line, { ...verb, password })
          : { line: verb.line, stdin: verb.stdin };
        const { line, ...input } = sent;
        result = await session.run(line, { timeoutMs: limits.timeoutMs, maxOutputBytes, ...input }, signal);
        if (result.ended === 'lost') {
          // A server can put words of its own into the reason.
          return { lost: cleanLine(result.lostBecause ?? '') || 'the connection was lost', code: result.lostCode };
        }
        const answer = read(result.stdout, verb.nonce, session);
        if (answer !== undefined) return answer;
        if (password && asksAgain(result.stderr)) refused.add(whoOf(target), password);
        return unreadable(target, verb, result, password);
      } finally {
        session.release();
      }
    } finally {
      options.onCommand?.({
        ...intentOf(target, verb),
        ended: result?.ended ?? 'threw',
        exitCode: result?.exitCode,
        durationMs: clock.monotonic() - since,
      });
    }
  }

  function intentOf(target: HostTarget, verb: VerbCommand): CommandIntent {
    return { target: target.name, verb: verb.verb, shown: verb.shown, ...(purpose && { purpose }) };
  }

  /** Undefined: it may be sent. */
  async function refusedStart(target: HostTarget, verb: VerbCommand): Promise<StepSighting | undefined> {
    try {
      await options.beforeStart?.(intentOf(target, verb));
      return undefined;
    } catch (thrown) {
      const { code, message } = asIntendantError(thrown);
      return { state: 'error', reason: reasonOfCode(code), message };
    }
  }

  const hands: HostHands = {
    facts(target, signal, timeoutMs = SLACK_MS) {
      const verb = factsCommand({ user: target.user, nonce: nonce() }, options.stepsRoot);
      const read = (output: string, mark: string, { hostKey, firstUse }: HostSession): FactsAnswer | undefined => {
        const facts = parseFacts(output, mark);
        return facts && { facts, hostKey, ...(firstUse ? { firstUse } : {}) };
      };
      return ask(target, verb, read, { timeoutMs }, signal);
    },
    async startStep(target, step, signal) {
      const verb = stepStartCommand({ user: target.user, nonce: nonce() }, step);
      const refused = await refusedStart(target, verb);
      if (refused) {
        const seen = await hands.readStep(target, step, signal);
        return 'state' in seen && seen.state === 'absent' ? refused : seen;
      }
      return ask(target, verb, parseStepSighting, { timeoutMs: START_MS, answerBytes: MAX_STEP_ANSWER_BYTES }, signal);
    },
    async readStep(target, step, signal) {
      const verb = stepReadCommand({ user: target.user, nonce: nonce() }, step);
      const timeoutMs = (step.waitSeconds ?? 0) * 1000 + SLACK_MS;
      return ask(target, verb, parseStepSighting, { timeoutMs, answerBytes: MAX_STEP_ANSWER_BYTES }, signal);
    },
    async check(target, check, signal) {
      const verb = checkCommand({ user: target.user, nonce: nonce() }, check);
      const timeoutMs = check.timeoutSeconds * 1000 + SLACK_MS;
      return ask(target, verb, parseCheck, { timeoutMs, answerBytes: 8192 }, signal);
    },
    async look(target, wanted, family, place, signal) {
      const verb = lookCommand({ user: target.user, nonce: nonce() }, { wanted, family, place });
      const limits = { timeoutMs: lookTimeoutMs(wanted), answerBytes: MAX_LOOK_ANSWER_BYTES };
      return ask(target, verb, (output, mark) => parseLook(output, mark, wanted, target.name), limits, signal);
    },
    drop: (name) => transport.drop(name),
    actingFor: (other) => handsFor(options, refused, other),
  };
  return hands;
}

function unreadable(target: HostTarget, verb: VerbCommand, result: CommandResult, password?: Sensitive): never {
  if (sudoRefused(result.stderr)) throw refusedBySudo(target, password, cleanLine(result.stderr));
  const how = result.signal
    ? `was ended by ${cleanLine(result.signal, 20)}`
    : `ended with exit code ${result.exitCode}`;
  const noise = result.droppedBytes > 0 ? 'it printed more than an answer may hold' : 'it printed no reason';
  const why = cleanLine(result.stderr) || noise;
  throw new Transient(`intendant-${verb.verb} on ${target.name} ${how} and gave no answer: ${why}`, {
    code: 'HOST_ANSWER_UNREADABLE',
    hint: 'Log in by hand and see whether a shell profile or a forced command stands in the way.',
  });
}

function whoOf({ name, user }: HostTarget): string {
  return `${user}@${name}`;
}

function refusedBySudo(
  { name, user, identity = 'default' }: HostTarget,
  password: Sensitive | undefined,
  why: string,
): InvalidInput {
  const field = `ssh.identities.${identity}.sudoPasswordFile`;
  const hint = password
    ? `Put the password of ${user} into what ${field} (or sudoPasswordEnv) names, which is read anew at each use, and let sudoers allow ${user} to act as root. The same password is sent again after ten minutes at the earliest, so that the account is not locked.`
    : `Install sudo there and allow it without a password (${user} ALL=(ALL) NOPASSWD: ALL), or name the password in ${field} of the daemon's configuration.`;
  return new InvalidInput(`${user} may not act as root on ${name}: ${why}`, { code: 'SUDO_REFUSED', hint });
}
