import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventLog } from '../../../../reconciler/view/events/event-log.ts';
import { events } from '../../../../reconciler/view/events/events.ts';
import { apiV0 } from '../../../../reconciler/view/api-v0/routes.ts';
import { apiV1 } from '../../../../reconciler/view/api-v1/routes.ts';
import { viewApp } from '../../../../reconciler/view/http/app.ts';
import type { Denial } from '../../../../reconciler/view/sign-in/sign-in.ts';
import { ask } from '../../../support/api-answers.ts';
import { ViewWorld } from '../../../support/view-world.ts';

describe('whoever is not let in', () => {
  let world: ViewWorld;
  beforeEach(async () => void (world = await ViewWorld.start()));
  afterEach(() => world.stop());

  it.each<Denial>([
    { status: 401, headers: { 'www-authenticate': 'Basic realm="intendant"' } },
    { status: 403 },
    { status: 429, retryAfterSeconds: 7 },
    { status: 503, retryAfterSeconds: 5 },
  ])('is told so as the document says: $status', async (denied) => {
    const { context } = world;
    const log = new EventLog({ clock: world.clock, copy: 'a' });
    const app = viewApp(context, {
      parts: {
        signIn: { authenticate: async () => ({ denied }) },
        apiV0: apiV0(context),
        apiV1: apiV1(context),
        events: events(context, log),
      },
    });

    const answers = await Promise.all(
      ['/api/v1/hosts', '/api/v1/plan', '/api/v1/events', '/api/v0/hosts'].map((path) => ask(app, path)),
    );

    expect(answers.map(({ status }) => status)).toEqual([denied.status, denied.status, denied.status, 403]);
    expect(answers[0]!.headers.get('www-authenticate')).toBe(denied.headers?.['www-authenticate'] ?? null);
    expect(answers[0]!.headers.get('retry-after')).toBe(denied.retryAfterSeconds?.toString() ?? null);
  });
});
