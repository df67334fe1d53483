import { Hono, type Context } from 'hono';
import { signalOf, type ViewContext, type ViewEnv } from '../http/context.ts';
import { failure, json, jsonText, readOnly, refusal } from './answers.ts';
import { ofAny, ofHost, ofKind, ofMembers, ofMembership, ofOperation, type ChangeIt } from './change-it.ts';
import { clusterNames, clusterObject, hasCluster, membersOf } from './clusters.ts';
import { mayReadCredentials, tellCredentials } from './credentials.ts';
import { addressesOf, findHost } from './fleet-index.ts';
import { allHosts, hostObject, hostsText, knownHost, type KnownHost } from './host-object.ts';
import { LastCheckReader } from './last-checks.ts';
import { operationRecord, type RecordType } from './operation-record.ts';
import { hostStatusObject, managerObject, namesOfKind, networkObject } from './simple-objects.ts';

type Handler = (c: Context<ViewEnv>) => Response | Promise<Response>;

const RECORD_TYPES: readonly RecordType[] = ['deploy', 'upgrade', 'restart'];

/**
 * Commissaire's paths and shapes, so that its clients can read a fleet. Every path with and without a slash at its end.
 * Nothing can be changed: other methods are told where that is done. Errors are reason phrases, as they were.
 */
export function apiV0(context: ViewContext): Hono<ViewEnv> {
  const app = new Hono<ViewEnv>();
  const lastChecks = new LastCheckReader(context);
  app.onError((error, c) => failure(error, c, context));
  app.use('*', async (_c, next) => (context.cache.ready ? next() : refusal(503)));

  const path = (route: string, change: ChangeIt, handler: Handler): void => {
    const forms = [route, `${route}/`];
    app.on('GET', forms, handler);
    app.on('ALL', forms, (c: Context<ViewEnv>) => readOnly(change(c.req.param() as Record<string, string>, context)));
  };
  /** Calls the handler for a cluster that is there. */
  const inCluster = (handler: (name: string, c: Context<ViewEnv>) => Response | Promise<Response>): Handler => {
    return (c) => {
      const name = c.req.param('name') ?? '';
      return hasCluster(name, context) ? handler(name, c) : refusal(404);
    };
  };
  /** Calls the handler for a host that is there, by its address or by its name. */
  const ofOneHost = (handler: (host: KnownHost, c: Context<ViewEnv>) => Response | Promise<Response>): Handler => {
    return (c) => {
      const host = hostAt(c.req.param('address') ?? '', context);
      return host ? handler(host, c) : refusal(404);
    };
  };

  path('/clusters', ofAny('Cluster'), () => json(clusterNames(context)));
  path(
    '/cluster/:name',
    ofKind('Cluster'),
    inCluster((name) => json(clusterObject(name, context))),
  );
  path(
    '/cluster/:name/hosts',
    ofMembers,
    inCluster((name) => json(addressesOf(membersOf(name, context)))),
  );
  path(
    '/cluster/:name/hosts/:address',
    ofMembership,
    inCluster((name, c) => {
      const text = c.req.param('address') ?? '';
      const member = membersOf(name, context).find(({ spec, metadata }) =>
        [spec.address, metadata.name].includes(text),
      );
      return member ? json([member.spec.address]) : refusal(404);
    }),
  );
  for (const type of RECORD_TYPES) {
    path(
      `/cluster/:name/${type}`,
      ofOperation(type),
      inCluster(async (name, c) => {
        const record = await operationRecord(type, name, context, signalOf(c, context));
        return record ? json(record) : refusal(404);
      }),
    );
  }

  path('/hosts', ofAny('Host'), async (c) => {
    const checks = await lastChecks.read(signalOf(c, context));
    return jsonText(hostsText(allHosts(context), checks));
  });
  path(
    '/host/:address',
    ofHost,
    ofOneHost(async (host, c) => json(hostObject(host, await lastChecks.read(signalOf(c, context))))),
  );
  path(
    '/host/:address/status',
    ofHost,
    ofOneHost(async (host, c) => {
      const checks = await lastChecks.read(signalOf(c, context));
      const lastCheck = checks.of(host.name, host.cluster, host.cached);
      return json(hostStatusObject(host, lastCheck, context));
    }),
  );
  path('/host/:address/creds', ofHost, (c) => {
    if (!mayReadCredentials(c)) return refusal(403);
    const host = findHost(context.desired.inventory, c.req.param('address') ?? '');
    return host ? tellCredentials(c, host, context) : refusal(404);
  });
  // Commissaire had a PUT without an address here, and nothing to read.
  app.on('GET', ['/host', '/host/'], () => refusal(404));
  app.on('ALL', ['/host', '/host/'], () => readOnly(ofAny('Host')({}, context), ''));

  path('/networks', ofAny('Network'), () => json(namesOfKind('Network', context)));
  path('/network/:name', ofKind('Network'), (c) => found(networkObject(c.req.param('name') ?? '', context)));
  path('/containermanagers', ofAny('ContainerManager'), () => json(namesOfKind('ContainerManager', context)));
  path('/containermanager/:name', ofKind('ContainerManager'), (c) =>
    found(managerObject(c.req.param('name') ?? '', context)),
  );

  app.all('*', () => refusal(404));
  return app;
}

function found(body: unknown): Response {
  return body === undefined ? refusal(404) : json(body);
}

/** A host of the repository, else one that is leaving. */
function hostAt(text: string, context: ViewContext): KnownHost | undefined {
  const desired = findHost(context.desired.inventory, text);
  if (desired) return knownHost(desired, context);
  return allHosts(context).find(({ desired: wanted, address, name }) => !wanted && (address === text || name === text));
}
