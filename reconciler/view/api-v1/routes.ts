import { Hono } from 'hono';
import { allKinds, type KindDefinition } from '../../../schema/registry.ts';
import { asIntendantError } from '../../model/errors.ts';
import { keyOf } from '../../model/resource.ts';
import type { ViewContext, ViewEnv } from '../http/context.ts';
import { methodNotAllowed, notFound, problem, problemOfError } from '../http/problem.ts';
import { jsonText, missing } from './answers.ts';
import { fleetRoutes } from './fleet-routes.ts';
import { listAnswer } from './list-route.ts';
import { openApiText } from './openapi/document.ts';
import { operationRoutes } from './operation-routes.ts';
import { planRoutes } from './plan-routes.ts';
import { quoted, readQuery } from './query.ts';
import { findResource, resourceTag } from './resource-list.ts';
import { resourceText } from './resource-view.ts';
import { historyAnswer, revisionRoutes } from './revision-routes.ts';

/**
 * Our own REST: every object with desired, live, conditions, applied revision and what differs; plans, operations with their
 * journal, history, diagnostics. Reads only. Errors are problem+json.
 */
export function apiV1(context: ViewContext): Hono<ViewEnv> {
  const app = new Hono<ViewEnv>();
  app.onError((error, c) => {
    const { disposition } = asIntendantError(error);
    if (disposition !== 'InvalidInput' && c.get('signal')?.aborted !== true) {
      context.log.warn({ err: error, path: c.req.path.slice(0, 200) }, 'a request could not be answered');
    }
    return problemOfError(error);
  });
  app.use(async (c, next) => {
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return methodNotAllowed(c);
    await next();
    return undefined;
  });

  app.get('/openapi.json', (c) => {
    readQuery(c, {});
    return jsonText(c, openApiText);
  });
  app.use(async (_c, next) => (context.cache.ready ? next() : notReady()));
  fleetRoutes(app, context);
  planRoutes(app, context);
  revisionRoutes(app, context);
  operationRoutes(app, context);
  app.get('/resources', (c) => listAnswer(c, '', context));
  for (const definition of allKinds()) kindRoutes(app, definition, context);

  app.all('*', () => notFound());
  return app;
}

/** The objects of one kind. */
function kindRoutes(app: Hono<ViewEnv>, { kind, plural }: KindDefinition, context: ViewContext): void {
  app.get(`/${plural}`, (c) => listAnswer(c, kind, context));

  app.get(`/${plural}/:name`, (c) => {
    readQuery(c, {});
    const name = c.req.param('name');
    const found = findResource(keyOf(kind, name), context);
    if (!found) return missing(`There is no ${kind} named ${quoted(name)}.`);
    return jsonText(c, () => resourceText(found), { tag: resourceTag(found) });
  });

  // Of one that is gone, too: that is when its history is asked for.
  app.get(`/${plural}/:name/history`, (c) => historyAnswer(c, keyOf(kind, c.req.param('name')), context));
}

function notReady(): Response {
  return problem(
    {
      status: 503,
      code: 'NOT_READY',
      title: 'This cannot be answered now',
      detail: 'The state of the fleet has not been read yet.',
      hint: 'Ask again in a moment; /readyz says what is missing.',
    },
    { 'retry-after': '1' },
  );
}
