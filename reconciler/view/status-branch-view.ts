import { setImmediate as nextTurn } from 'node:timers/promises';
import { Waiting, type IntendantError, asIntendantError } from '../model/errors.ts';
import { splitKey, type ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import type { BranchWriter } from '../source/source.ts';
import { parseDiagnostics, type DiagnosticList } from '../status/diagnostics-file.ts';
import { DIAGNOSTICS_PATH, FLEET_PATH, folderOfKind, isKind, objectPath, readPath } from '../status/layout.ts';
import { parseFleet } from '../status/parse-fleet.ts';
import { parseObject } from '../status/parse-object.ts';
import { byKey, type FleetInfo, type FleetView } from './fleet-view.ts';

export interface StatusBranchViewOptions {
  branch: BranchWriter;
  /** Full ref of the status branch. */
  ref: string;
  /** Told of files that cannot be read and are left out. */
  onUnreadable?: (path: string, error: IntendantError) => void;
}

/** Files parsed before others get their turn on the event loop. */
const CHUNK = 50;

/**
 * Reads what the daemon has committed: all that anybody needs who can read the repository. Whoever may push to the branch
 * may have written it, so every file is checked and those that cannot be read are left out. Does not close the branch.
 */
export class StatusBranchView implements FleetView {
  readonly from = 'status';
  readonly #options: StatusBranchViewOptions;
  #seen: { commit: string; paths: string[] } | undefined;

  constructor(options: StatusBranchViewOptions) {
    this.#options = options;
  }

  async info(signal: AbortSignal): Promise<FleetInfo> {
    const text = await this.#file(FLEET_PATH, signal);
    if (text === undefined) throw this.#noStatus();
    const { fleet, heartbeat, heartbeatMs, version, store, revision, held, halts } = parseFleet(FLEET_PATH, text);
    const known = revision && { revision };
    return { from: this.from, asOf: heartbeat, fleet, version, ...known, heartbeat, heartbeatMs, held, store, halts };
  }

  async list(kind: string | undefined, signal: AbortSignal): Promise<ObjectStatus[]> {
    const { commit, paths } = await this.#tip(signal);
    const wanted = paths.filter((path) => mayHold(path, kind));
    const found: ObjectStatus[] = [];
    let count = 0;
    for (const [path, text] of await this.#options.branch.read(commit, wanted, signal)) {
      const status = this.#parse(path, text);
      if (status && (kind === undefined || splitKey(status.key).kind === kind)) found.push(status);
      if (++count % CHUNK === 0) await nextTurn();
      signal.throwIfAborted();
    }
    return found.sort(byKey);
  }

  async get(key: ResourceKey, signal: AbortSignal): Promise<ObjectStatus | undefined> {
    const { kind, name } = splitKey(key);
    const { commit, paths } = await this.#tip(signal);
    const wanted = paths.filter(
      (path) => mayHold(path, kind) && (kind === 'Cluster' || path.endsWith(`/${name}.yaml`)),
    );
    const read = kind === 'Cluster' ? wanted.filter((path) => path === objectPath(key)) : wanted;
    for (const [path, text] of await this.#options.branch.read(commit, read, signal)) {
      const status = this.#parse(path, text);
      if (status?.key === key) return status;
    }
    return undefined;
  }

  async diagnostics(signal: AbortSignal): Promise<DiagnosticList> {
    const text = await this.#file(DIAGNOSTICS_PATH, signal);
    return text === undefined ? { diagnostics: [], total: 0 } : parseDiagnostics(DIAGNOSTICS_PATH, text);
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }

  /** The status in a file, if it can be read and lies where its key says. */
  #parse(path: string, text: string): ObjectStatus | undefined {
    try {
      const status = parseObject(path, text);
      return liesRight(path, status) ? status : undefined;
    } catch (error) {
      this.#options.onUnreadable?.(path, asIntendantError(error));
      return undefined;
    }
  }

  async #file(path: string, signal: AbortSignal): Promise<string | undefined> {
    const { commit, paths } = await this.#tip(signal);
    if (!paths.includes(path)) return undefined;
    return (await this.#options.branch.read(commit, [path], signal)).get(path);
  }

  /** The tip and its paths, listed once per commit. */
  async #tip(signal: AbortSignal): Promise<{ commit: string; paths: string[] }> {
    const { branch, ref } = this.#options;
    const commit = await branch.tip(ref, signal);
    if (commit === undefined) throw this.#noStatus();
    if (this.#seen?.commit === commit) return this.#seen;
    const paths = [...(await branch.list(commit, signal)).keys()];
    this.#seen = { commit, paths };
    return this.#seen;
  }

  #noStatus(): Waiting {
    return new Waiting(`There is no status in the branch ${JSON.stringify(this.#options.ref)} yet.`, {
      code: 'NO_STATUS_BRANCH',
      hint: 'The daemon writes it with its first commit; check that it runs and that it may push.',
    });
  }
}

/** True for paths at which an object of this kind may lie, or of any kind. */
function mayHold(path: string, kind: string | undefined): boolean {
  const found = readPath(path)?.of;
  if (found === undefined || found === 'file') return false;
  if (kind === undefined) return true;
  if (kind === 'Host') return found === 'host';
  if (kind === 'Cluster') return found === 'cluster';
  return found === 'other' && isKind(kind) && path.startsWith(`${folderOfKind(kind)}/`);
}

function liesRight(path: string, { key }: ObjectStatus): boolean {
  const { kind, name } = splitKey(key);
  if (kind === 'Host') return readPath(path)?.of === 'host' && path.endsWith(`/${name}.yaml`);
  return path === objectPath(key);
}
