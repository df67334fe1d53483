import { messageOf } from '../../../model/errors.ts';
import type { DiagnosticList } from '../../../status/diagnostics-file.ts';
import type { FleetInfo } from '../../fleet-view.ts';
import type { ViewContext } from '../../http/context.ts';

/** What every page says of the fleet as a whole. */
export interface Standing {
  /** Undefined: the store did not answer. */
  info: FleetInfo | undefined;
  diagnostics: DiagnosticList;
  /** Why what is shown may be old, sentences. */
  troubles: string[];
  /** Revision of the store that the page shows at least. */
  revision: number;
}

/** So long a page waits for the store before it shows what is in memory, in milliseconds. */
const PATIENCE_MS = 1500;

/** Reads it. Never throws: a store that is away is when people look. */
export async function readStanding(context: ViewContext, signal: AbortSignal): Promise<Standing> {
  const { view, cache, desired } = context;
  const { revision } = cache;
  const within = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  const troubles = [
    ...(cache.ready ? [] : ['The live state is being read for the first time.']),
    ...(cache.trouble === undefined ? [] : [`The store does not answer: ${cache.trouble}`]),
    ...(desired.behind === undefined ? [] : [desired.behind]),
  ];
  try {
    const [info, diagnostics] = await deadlined(Promise.all([view.info(within), view.diagnostics(within)]), within);
    return { info, diagnostics, troubles, revision };
  } catch (error) {
    const said = cache.trouble === undefined ? [`The store does not answer: ${messageOf(error)}`] : [];
    return { info: undefined, diagnostics: { diagnostics: [], total: 0 }, troubles: [...troubles, ...said], revision };
  }
}

/** What takes longer is left behind, whether or not it heeds the signal. */
function deadlined<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  promise.catch(() => undefined);
  return new Promise<T>((resolve, reject) => {
    const late = (): void => reject(new Error('it took too long to answer'));
    signal.addEventListener('abort', late, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', late));
  });
}
