import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectStatus } from '../../reconciler/model/status.ts';
import { apiV0 } from '../../reconciler/view/api-v0/routes.ts';
import { ask } from '../support/api-answers.ts';
import { ViewWorld } from '../support/view-world.ts';

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

const cases = (JSON.parse(read('cases.json')) as Case[]).map((each) => ({ method: 'GET', ...each }));
let world: ViewWorld;

beforeAll(async () => {
  world = await ViewWorld.start();
  const { objects, entries } = JSON.parse(read('state.json')) as {
    objects: ObjectStatus[];
    entries: Record<string, unknown>;
  };
  world.commit({ 'fleet.yaml': read('fleet.yaml') });
  await world.write(Object.entries(entries));
  await world.put(...objects);
});
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

function read(file: string): string {
  return readFileSync(new URL(`api-v0/${file}`, import.meta.url), 'utf8');
}
