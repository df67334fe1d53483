import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiV0 } from '../../reconciler/view/api-v0/routes.ts';
import { ask } from '../support/api-answers.ts';
import { readGolden, startGoldenFleet } from '../support/golden-fleet.ts';
import type { ViewWorld } from '../support/view-world.ts';

interface Case {
  /** GET where it is absent. */
  method?: string;
  path: string;
  status: number;
  /** JSON that is answered. */
  body?: unknown;
  /** Text that is answered. */
  text?: string;
  allow?: string;
}

const cases = (JSON.parse(readGolden('cases.json')) as Case[]).map((each) => ({ method: 'GET', ...each }));
let world: ViewWorld;

beforeAll(async () => void (world = await startGoldenFleet()));
afterAll(() => world.stop());

describe("Commissaire's REST, as its clients knew it", () => {
  it.each(cases.flatMap((each) => [each, { ...each, path: `${each.path}/` }]))(
    'answers $method $path with $status',
    async ({ method, path, status, body, text, allow }) => {
      const answer = await ask(world.app({ '/api/v0': apiV0 }), `/api/v0${path}`, { method });

      expect(answer.status).toBe(status);
      expect(answer.headers.get('allow')).toBe(allow ?? null);
      if (body === undefined) expect(await answer.text()).toBe(text);
      else expect(await answer.text()).toBe(JSON.stringify(body));
    },
  );
});
