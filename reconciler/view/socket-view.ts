import { Transient } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import { splitKey, type ResourceKey } from '../model/resource.ts';
import type { ObjectStatus } from '../model/status.ts';
import type { DiagnosticList } from '../status/diagnostics-file.ts';
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
  const { code, message } = (body as { error?: JsonObject } | null)?.error ?? {};
  throw new Transient(`The daemon answered: ${typeof message === 'string' ? message : `status ${status}`}`, {
    code: typeof code === 'string' ? code : 'DAEMON_FAILED',
  });
}
