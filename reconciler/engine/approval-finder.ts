import type { ApprovalQuery, KindLog } from '../kinds/context.ts';
import { boundDigest } from '../kinds/operation/spec.ts';
import type { Clock } from '../model/clock.ts';
import { asIntendantError, messageOf } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import type { ResourceKey } from '../model/resource.ts';
import { RETRY_MS, type Evidence, type MadeCommit } from '../rollout/approval.ts';
import { documentOrigins, type OriginSource } from '../source/document-origins.ts';
import type { CommitSignatures } from '../source/signatures/commit-signatures.ts';
import type { CommitInfo, ConfigHistory } from '../source/source.ts';
import type { OperationSpec } from '../../schema/generated/types.ts';

export interface ApprovalFinderOptions {
  source: OriginSource & ConfigHistory;
  /** Absent: signatures are not checked, and commits are by whom they name. */
  signatures?: Pick<CommitSignatures, 'of' | 'version'> | undefined;
  clock: Clock;
  log: KindLog;
  /** Ends the searches. */
  signal: AbortSignal;
  /** Called when a search has ended: look at the operation again. */
  onFound: (key: ResourceKey<'Operation'>) => void;
}

/** Operations of which it is remembered what was found. */
const MOST_SEARCHES = 1000;

interface Search {
  id: string;
  evidence: Evidence;
  /** Monotonic milliseconds at which it ended. */
  endedAt?: number;
}

/**
 * Reads from the history who approved an operation and who had last changed it. Asking never waits: the first question starts
 * the search, and the operation is looked at again when it has ended.
 */
export class ApprovalFinder {
  readonly #options: ApprovalFinderOptions;
  readonly #searches = new Map<ResourceKey<'Operation'>, Search>();

  constructor(options: ApprovalFinderOptions) {
    this.#options = options;
  }

  /** What is known now. A search that failed is begun again after a while. */
  ask(query: ApprovalQuery): Evidence {
    const signers = this.#options.signatures?.version ?? '';
    const id = `${query.commit} ${query.file} ${query.digest} ${query.spec} ${signers}`;
    const known = this.#searches.get(query.key);
    const over = known?.evidence.state === 'unknown' && this.#options.clock.monotonic() - known.endedAt! >= RETRY_MS;
    if (known?.id === id && !over) return known.evidence;
    const search: Search = { id, evidence: { state: 'searching' } };
    this.#searches.delete(query.key);
    this.#searches.set(query.key, search);
    // The oldest is forgotten: who asks again has it looked up again.
    if (this.#searches.size > MOST_SEARCHES) this.#searches.delete(this.#searches.keys().next().value!);
    void this.#run(query, search);
    return search.evidence;
  }

  async #run(query: ApprovalQuery, search: Search): Promise<void> {
    const { clock, log, signal, onFound } = this.#options;
    try {
      search.evidence = await this.#find(query);
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ operation: query.key, err: asIntendantError(error) }, 'who approved could not be read');
      search.evidence = { state: 'unknown', why: messageOf(error) };
    }
    search.endedAt = clock.monotonic();
    onFound(query.key);
  }

  async #find(query: ApprovalQuery): Promise<Evidence> {
    const { source, signal } = this.#options;
    try {
      return await this.#read(query);
    } catch (error) {
      signal.throwIfAborted();
      if (asIntendantError(error).code !== 'HISTORY_MISSING') throw error;
      await source.deepen(query.commit, signal);
      return this.#read(query);
    }
  }

  async #read({ key, file, commit, digest, spec }: ApprovalQuery): Promise<Evidence> {
    const { source, signal } = this.#options;
    const place = { kind: 'Operation', name: key.slice('Operation/'.length), commit, file };
    const approves = (then: JsonObject): boolean => (then as unknown as OperationSpec).approval?.digest === digest;
    const approvals = await documentOrigins(source, place, approves, signal);
    const isSame = (then: JsonObject): boolean => boundDigest(then as unknown as OperationSpec) === spec;
    const changes = await documentOrigins(source, place, isSame, signal);
    return { state: 'found', approvals: await this.#made(approvals), changes: await this.#made(changes) };
  }

  async #made(commits: readonly CommitInfo[]): Promise<MadeCommit[]> {
    const { signatures, signal } = this.#options;
    const oids = commits.map(({ commit }) => commit);
    const found = await signatures?.of(oids, signal);
    return commits.map(({ commit, author, committer }, index) => {
      const signature = found?.[index];
      return { commit, author, committer, ...(signature === undefined ? {} : { signature }) };
    });
  }
}
