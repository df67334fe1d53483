import { createHmac } from 'node:crypto';
import type { Hono } from 'hono';
import { hookRoutes } from '../../../reconciler/view/hook/hook.ts';
import type { ViewEnv } from '../../../reconciler/view/http/context.ts';
import { silentLog } from '../../support/silent-log.ts';
import { demand, type Target } from '../target.ts';

const SECRET = 'a secret of the forge';
const VARIABLE = 'INTENDANT_FUZZ_HOOK_SECRET';
const PATH = 'unguessable';
let routes: Hono<ViewEnv> | undefined;
let hints = 0;
let calls = 0;

/** Calls of the webhook: header lines, an empty line, and a body; every third is signed as it should be. */
export const viewHookTarget: Target = {
  name: 'view-hook',
  async read(input) {
    process.env[VARIABLE] = SECRET;
    const settings = { path: PATH, secret: { env: VARIABLE } };
    routes ??= hookRoutes({ settings, hint: () => (hints += 1), log: silentLog, perMinute: 1e9 });
    const end = input.indexOf('\n\n');
    const head = end < 0 ? '' : input.subarray(0, end).toString('latin1');
    const body = input.subarray(end < 0 ? 0 : end + 2);
    const isSigned = (calls += 1) % 3 === 0;
    const headers = headersOf(head.split('\n'));
    if (isSigned)
      headers.set('x-hub-signature-256', `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`);
    const before = hints;
    const response = await routes.request(new Request(`http://localhost/${PATH}`, { method: 'POST', headers, body }));
    await response.arrayBuffer();
    demand(response.status < 500, `status ${response.status}`);
    demand((response.status === 202) === hints > before, `status ${response.status}, ${hints - before} hints`);
    if (response.status === 202)
      demand(isSigned || headers.get('x-gitlab-token') === SECRET, 'let in without a signature');
  },
};

/** Those lines that are headers; what no server would let through is left out. */
function headersOf(lines: readonly string[]): Headers {
  const headers = new Headers();
  for (const line of lines) {
    const at = line.indexOf(':');
    try {
      if (at > 0) headers.append(line.slice(0, at), line.slice(at + 1).trim());
    } catch {
      // A name or a value that cannot be sent.
    }
  }
  return headers;
}
