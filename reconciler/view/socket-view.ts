import type { ByHand } from '../engine/halt-key.ts';
import { InvalidInput, Transient } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import { splitKey, type ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import type { DiagnosticList } from '../status/diagnostics-file.ts';
import type { HaltRecord, ReleaseRecord } from '../store/records.ts';
import type { ClaimList } from './claims.ts';
import { byKey, type FleetInfo, type FleetView } from './fleet-view.ts';
import type { ProgressEvent } from './progress.ts';
import { ask, askForEvents, type Answer } from './socket-client.ts';

/** Asks the running daemon. Also carries what only the daemon can give: progress, journals, and the hint to look now. */
export class SocketView implements FleetView {
  readonly from = 'socket';
  readonly #socket: string;

  /** `socket`: absolute path of the daemon's socket. */
  constructor(socket: string) {
    this.#socket = socket;
  }

  async info(signal: AbortSignal): Promise<FleetInfo> {
    return (await this.#read('/v1/info', signal)) as FleetInfo;
  }

  async list(kind: string | undefined, signal: AbortSignal): Promise<ObjectStatus[]> {
    const query = kind === undefined ? [] : [`kind=${encodeURIComponent(kind)}`];
    return ((await this.#pages('/v1/objects', query, signal)) as ObjectStatus[]).sort(byKey);
  }

  async get(key: ResourceKey, signal: AbortSignal): Promise<ObjectStatus | undefined> {
    const { kind, name } = splitKey(key);
    const path = `/v1/objects/${encodeURIComponent(kind)}/${encodeURIComponent(name)}`;
    return (await this.#read(path, signal)) as ObjectStatus | undefined;
  }

  async diagnostics(signal: AbortSignal): Promise<DiagnosticList> {
    return (await this.#read('/v1/diagnostics', signal)) as DiagnosticList;
  }

  /** Steps of an operation as journalled: `step` is `<host>/<step>`. */
  async journal(operation: string, signal: AbortSignal): Promise<{ step: string; value: unknown }[]> {
    const path = `/v1/operations/${encodeURIComponent(operation)}/journal`;
    return (await this.#pages(path, [], signal)) as { step: string; value: unknown }[];
  }

  /** What the steps of an operation printed on one host, capped. */
  async output(operation: string, host: string, signal: AbortSignal): Promise<{ step: string; value: unknown }[]> {
    const path = `/v1/operations/${encodeURIComponent(operation)}/output/${encodeURIComponent(host)}`;
    return (await this.#pages(path, [], signal)) as { step: string; value: unknown }[];
  }

  /** Asks the daemon to look at the repository now. */
  async hint(signal: AbortSignal): Promise<void> {
    checked(await ask(this.#socket, 'POST', '/v1/hint/reconcile', signal));
  }

  /** Who holds which host. */
  async claims(signal: AbortSignal): Promise<ClaimList> {
    return (await this.#read('/v1/claims', signal)) as ClaimList;
  }

  /** Pulls the brake; `already`: it was pulled before, and stays as it was. */
  async halt(by: ByHand, signal: AbortSignal): Promise<{ halt: HaltRecord; already: boolean }> {
    return (await this.#post('/v1/halt', by, signal)) as { halt: HaltRecord; already: boolean };
  }

  /** Lifts the brake that was pulled by hand; gives what was lifted, undefined where it was not pulled. */
  async resumeAll(signal: AbortSignal): Promise<HaltRecord | undefined> {
    const { lifted } = (await this.#post('/v1/resume-all', {}, signal)) as { lifted: HaltRecord | null };
    return lifted ?? undefined;
  }

  /** Takes the claim on a host away. Throws InvalidInput as `releaseClaim` does. */
  async release(host: string, by: ByHand, signal: AbortSignal): Promise<ReleaseRecord> {
    return (await this.#post(`/v1/claims/${encodeURIComponent(host)}/release`, by, signal)) as ReleaseRecord;
  }

  /** Changes of objects from now on, until aborted or until the daemon stops. */
  async *progress(signal: AbortSignal): AsyncGenerator<ProgressEvent> {
    for await (const event of askForEvents(this.#socket, '/v1/progress', signal))
      yield event as unknown as ProgressEvent;
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }

  /** Undefined: there is no such thing. */
  async #read(path: string, signal: AbortSignal): Promise<unknown> {
    const answer = await ask(this.#socket, 'GET', path, signal);
    return answer.status === 404 ? undefined : checked(answer);
  }

  async #post(path: string, body: Partial<ByHand>, signal: AbortSignal): Promise<unknown> {
    return checked(await ask(this.#socket, 'POST', path, signal, { ...body }));
  }

  async #pages(path: string, query: string[], signal: AbortSignal): Promise<unknown[]> {
    const items: unknown[] = [];
    let after: string[] = [];
    for (;;) {
      const page = (await this.#read(`${path}?${[...query, ...after].join('&')}`, signal)) as
        { items: unknown[]; next?: string } | undefined;
      items.push(...(page?.items ?? []));
      if (page?.next === undefined) return items;
      after = [`after=${encodeURIComponent(page.next)}`];
    }
  }
}

function checked({ status, body }: Answer): unknown {
  if (status >= 200 && status < 300) return body;
  const { code, message, hint } = (body as { error?: JsonObject } | null)?.error ?? {};
  if (status === 409 && typeof message === 'string' && typeof code === 'string') {
    throw new InvalidInput(message, { code, ...(typeof hint === 'string' && { hint }) });
  }
  throw new Transient(`The daemon answered: ${typeof message === 'string' ? message : `status ${status}`}`, {
    code: typeof code === 'string' ? code : 'DAEMON_FAILED',
  });
}
