import type { CommandEvent, CommandIntent } from '../../hosts/host.ts';
import { isoTime, type Clock } from '../../model/clock.ts';
import { Transient } from '../../model/errors.ts';
import { keyOf } from '../../model/resource.ts';
import type { ObjectStatus } from '../../model/status.ts';
import type { KindLog, LiveState } from '../../kinds/context.ts';
import type { CommitSignature } from '../../source/signatures/signature.ts';
import type { CommitInfo } from '../../source/source.ts';
import { keys } from '../../store/keys.ts';
import type { RevisionRecord } from '../../store/records.ts';
import { RotatingLog } from './rotating-log.ts';

export interface CommandAuditOptions {
  /** Holds `operations.jsonl` and `looks.jsonl`. */
  folder: string;
  fleet: string;
  live: Pick<LiveState, 'get'>;
  commitInfo: (commit: string, signal: AbortSignal) => Promise<CommitInfo>;
  /** Who signed a commit; absent where signatures are not checked. */
  signatureOf?: ((commit: string, signal: AbortSignal) => Promise<CommitSignature>) | undefined;
  clock: Clock;
  log: KindLog;
  /** Size of one file in bytes. Default 8 MiB. */
  maxFileBytes?: number;
}

/** One line of the audit. */
export interface AuditLine {
  time: string;
  /** `send`: about to be sent, on the disk before it is. `done`: how it ended, as far as was seen. */
  event: 'send' | 'done';
  fleet: string;
  host: string;
  verb: string;
  command: string;
  operation?: string;
  round?: number;
  step?: string;
  /** The accepted commit that last changed the operation; for looks, the accepted commit. */
  commit?: string;
  /** `Name <address>`; absent when the commit is no longer in the local clone. */
  author?: string;
  committer?: string;
  /** Whoever signed the commit with a key that was allowed when it was first asked for; absent when nobody did. */
  signer?: string;
  result?: CommandEvent['ended'];
  exitCode?: number;
  durationMs?: number;
}

type People = Pick<AuditLine, 'author' | 'committer' | 'signer'>;

const FILE_BYTES = 8 * 1024 * 1024;
/** Files of commands that operations sent, and of looks: the many looks cannot push the few commands out. */
const OPERATION_FILES = 16;
const LOOK_FILES = 4;
const COMMITS_KEPT = 256;
const COMMIT_INFO_MS = 5000;
/** How long the end waits for who it was: lines of the last moment would else name nobody. */
const CLOSING_MS = 2000;

/** Writes down every command that is sent to a host: who asked for it, in which commit, and how it ended. */
export class CommandAudit {
  readonly #options: CommandAuditOptions;
  readonly #operations: RotatingLog;
  readonly #looks: RotatingLog;
  readonly #people = new Map<string, Promise<People>>();
  readonly #noting = new Set<Promise<void>>();
  readonly #ended = new AbortController();

  constructor(options: CommandAuditOptions) {
    this.#options = options;
    const { folder, log, maxFileBytes: maxBytes = FILE_BYTES } = options;
    const onTrouble = (error: Error | undefined): void => {
      if (error)
        log.warn({ err: error, folder }, 'the audit log cannot be written: nothing that disturbs a host is sent');
      else log.info({ folder }, 'the audit log is written again');
    };
    this.#operations = new RotatingLog({ folder, name: 'operations', maxBytes, files: OPERATION_FILES, onTrouble });
    this.#looks = new RotatingLog({ folder, name: 'looks', maxBytes, files: LOOK_FILES, onTrouble });
  }

  /** Resolves when it stands on the disk that the command is about to be sent. Throws Transient `AUDIT_UNAVAILABLE`. */
  async beforeStart(intent: CommandIntent): Promise<void> {
    const line = await this.#line('send', intent);
    try {
      await this.#operations.appendSynced(JSON.stringify(line));
    } catch (cause) {
      throw new Transient(
        `the audit log in ${this.#options.folder} cannot be written (${cause instanceof Error ? cause.message : String(cause)}), so nothing that disturbs a host is sent`,
        { code: 'AUDIT_UNAVAILABLE', hint: 'Make room on the disk of the daemon, then raise spec.retry.', cause },
      );
    }
  }

  /** Notes a command that was sent. Never fails and never waits. */
  onCommand(event: CommandEvent): void {
    const noted = this.#line('done', event).then((line) => {
      const { ended: result, exitCode, durationMs } = event;
      const whole: AuditLine = { ...line, result, exitCode, durationMs: Math.round(durationMs) };
      (event.purpose ? this.#operations : this.#looks).append(JSON.stringify(whole));
    });
    this.#noting.add(noted);
    void noted.finally(() => this.#noting.delete(noted));
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    const noted = Promise.all(this.#noting);
    const late = this.#options.clock.sleep(CLOSING_MS, this.#ended.signal).catch(() => undefined);
    await Promise.race([noted, late]);
    this.#ended.abort(new Error('the audit is closing'));
    await noted;
    await Promise.all([this.#operations.close(), this.#looks.close()]);
  }

  async #line(event: AuditLine['event'], { target, verb, shown, purpose }: CommandIntent): Promise<AuditLine> {
    const { clock, fleet } = this.#options;
    const time = isoTime(clock.now());
    const commit = this.#commitOf(purpose?.operation);
    const people = commit === undefined ? {} : await this.#peopleOf(commit);
    const { operation, round, step } = purpose ?? {};
    return { time, event, fleet, host: target, verb, command: shown, operation, round, step, commit, ...people };
  }

  #commitOf(operation: string | undefined): string | undefined {
    const { live } = this.#options;
    const accepted = (live.get(keys.revision) as RevisionRecord | undefined)?.accepted;
    if (operation === undefined) return accepted;
    const status = live.get(keys.object(keyOf('Operation', operation))) as unknown as ObjectStatus | undefined;
    return status?.lastAttemptedRevision?.split('@sha1:')[1] ?? accepted;
  }

  #peopleOf(commit: string): Promise<People> {
    const known = this.#people.get(commit);
    if (known) return known;
    const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(COMMIT_INFO_MS)]);
    const asked = this.#askPeople(commit, signal).catch(() => {
      this.#people.delete(commit);
      return {};
    });
    this.#people.set(commit, asked);
    for (const oldest of this.#people.keys()) {
      if (this.#people.size <= COMMITS_KEPT) break;
      this.#people.delete(oldest);
    }
    return asked;
  }

  async #askPeople(commit: string, signal: AbortSignal): Promise<People> {
    const { commitInfo, signatureOf } = this.#options;
    const { author, committer } = await commitInfo(commit, signal);
    const signature = await signatureOf?.(commit, signal).catch(() => undefined);
    const signer = signature && 'signer' in signature ? { signer: signature.signer.name } : {};
    return { author: person(author), committer: person(committer), ...signer };
  }
}

function person({ name, email }: { name: string; email: string }): string {
  return `${name} <${email}>`;
}
