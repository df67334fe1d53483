import { InvalidInput, IntendantError } from '../../model/errors.ts';
import { parseAdvertisement } from './advertisement.ts';
import type { Advertisement } from './advertisement.ts';
import type { Clone } from './clone.ts';
import { compactIfNeeded } from './compact.ts';
import { GitCode } from './git-error.ts';
import { ancestry } from './history.ts';
import { findConflict } from './local-repository.ts';
import type { ObjectStore } from './object-store.ts';
import { writePack } from './pack-writer.ts';
import { pushPack } from './receive-pack.ts';
import type { Publication, Published, Repository } from './repository.ts';
import type { GitService, GitServiceName } from './service.ts';
import { WHOLE_HISTORY, fetchPack } from './upload-pack.ts';

/** How far back a clone that lost its history is deepened, step by step. */
const DEEPEN_STEPS = [64, 1024, 16_384, WHOLE_HISTORY];

/** A repository behind a server: read through a clone of our own, written by one receive-pack request. */
export class RemoteRepository implements Repository {
  readonly #service: GitService;
  readonly #clone: Clone;
  readonly #advertised = new Map<GitServiceName, Advertisement>();

  constructor(service: GitService, clone: Clone) {
    this.#service = service;
    this.#clone = clone;
  }

  get objects(): ObjectStore {
    return this.#clone.objects;
  }

  async tip(ref: string, writing: boolean, signal: AbortSignal): Promise<string | undefined> {
    const { refs } = await this.#advertise(writing ? 'git-receive-pack' : 'git-upload-pack', signal);
    return refs.get(ref);
  }

  async bring(commit: string, ref: string, accepted: string | undefined, signal: AbortSignal): Promise<void> {
    if (!this.objects.has(commit)) {
      const haves = [this.#clone.ref(ref), accepted].filter((oid) => oid !== undefined && this.objects.has(oid));
      await this.#fetch(commit, [...new Set(haves as string[])], haves.length === 0 ? 1 : undefined, signal);
    }
    if (accepted === undefined || accepted === commit) return;
    for (const depth of DEEPEN_STEPS) {
      if (!(await this.#historyIsCut(commit, accepted, signal))) return;
      await this.#fetch(commit, [commit], depth, signal);
    }
  }

  async deepen(commit: string, signal: AbortSignal): Promise<void> {
    const { boundary } = await ancestry(this.objects, commit, undefined, signal);
    if (boundary.size > 0) await this.#fetch(commit, [commit], WHOLE_HISTORY, signal);
  }

  settle(ref: string, commit: string): void {
    if (this.#clone.ref(ref) !== commit) this.#clone.setRef(ref, commit);
    compactIfNeeded(this.#clone);
    this.objects.release();
  }

  async publish(publication: Publication, signal: AbortSignal): Promise<Published> {
    const { ref, expected, next, objects } = publication;
    const { capabilities, refs } =
      this.#advertised.get('git-receive-pack') ?? (await this.#advertise('git-receive-pack', signal));
    const conflict = expected === undefined ? findConflict(refs.keys(), ref) : undefined;
    if (conflict) return { kind: 'refused', detail: `the branch ${conflict} stands in the way of ${ref}` };
    const pack = writePack(objects, { deltas: capabilities.has('ofs-delta') });
    try {
      const report = await pushPack(this.#service, { ref, expected, next, pack: pack.bytes }, capabilities, signal);
      if (report.kind !== 'ok') return report;
    } catch (error) {
      const known = await this.#afterwards(error, ref, next, signal);
      if (known) return known;
      throw error;
    }
    this.#clone.add(pack.bytes, pack.objects);
    this.settle(ref, next);
    return { kind: 'ok' };
  }

  close(): void {
    this.#service.close();
    this.#clone.close();
  }

  /** After a push whose answer got lost: the tip says whether it arrived. A refusal by status code is a result. */
  async #afterwards(error: unknown, ref: string, next: string, signal: AbortSignal): Promise<Published | undefined> {
    if (signal.aborted) return undefined;
    if (error instanceof InvalidInput) return { kind: 'refused', detail: error.message };
    if (!(error instanceof IntendantError)) return undefined;
    const tip = await this.tip(ref, true, signal).catch(() => undefined);
    if (tip !== next) return undefined;
    await this.bring(next, ref, undefined, signal);
    this.settle(ref, next);
    return { kind: 'ok' };
  }

  /** Whether the way from `commit` to `accepted` may lead through history that is not here. */
  async #historyIsCut(commit: string, accepted: string, signal: AbortSignal): Promise<boolean> {
    const { found, boundary } = await ancestry(this.objects, commit, accepted, signal);
    if (found || boundary.size === 0) return false;
    if (!this.objects.has(accepted)) return true;
    // What the accepted commit itself descends from cannot descend from it.
    const own = await ancestry(this.objects, accepted, undefined, signal);
    return [...boundary].some((oid) => !own.boundary.has(oid));
  }

  async #fetch(want: string, haves: string[], depth: number | undefined, signal: AbortSignal): Promise<void> {
    const { capabilities } =
      this.#advertised.get('git-upload-pack') ?? (await this.#advertise('git-upload-pack', signal));
    const shallow = this.#clone.shallow().filter((oid) => this.objects.has(oid));
    const answer = await fetchPack(this.#service, { want, haves, shallow, depth }, capabilities, signal);
    await this.#clone.receive(answer.pack, answer, signal);
    if (this.objects.has(want)) return;
    throw new InvalidInput(`The git server did not send the commit ${want.slice(0, 12)}.`, {
      code: GitCode.objectMissing,
    });
  }

  async #advertise(name: GitServiceName, signal: AbortSignal): Promise<Advertisement> {
    const advertisement = parseAdvertisement(await this.#service.advertise(name, signal));
    this.#advertised.set(name, advertisement);
    return advertisement;
  }
}
