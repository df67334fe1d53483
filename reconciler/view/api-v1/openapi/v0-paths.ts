import { idOf, inPath, jsonAnswer, shared, type Answer, type Paths } from './describe.ts';

/** Path, component of the answer, summary. Every path answers with a slash at its end, too. */
const ROUTES: readonly (readonly [path: string, component: string, summary: string])[] = [
  ['/clusters', 'V0Names', 'Names of all clusters'],
  ['/cluster/{name}', 'V0Cluster', 'A cluster'],
  ['/cluster/{name}/hosts', 'V0Addresses', 'Addresses of its hosts'],
  ['/cluster/{name}/hosts/{address}', 'V0Addresses', 'Whether a host is in it'],
  ['/cluster/{name}/deploy', 'V0Deploy', 'The latest deployment'],
  ['/cluster/{name}/upgrade', 'V0Upgrade', 'The latest upgrade'],
  ['/cluster/{name}/restart', 'V0Restart', 'The latest restart'],
  ['/hosts', 'V0Hosts', 'All hosts'],
  ['/host/{address}', 'V0Host', 'A host, by its address or its name'],
  ['/host/{address}/status', 'V0HostStatus', 'The status of a host'],
  ['/host/{address}/creds', 'V0Credentials', 'How a host is logged in to'],
  ['/networks', 'V0Names', 'Names of all networks'],
  ['/network/{name}', 'V0Network', 'A network'],
  ['/containermanagers', 'V0Names', 'Names of all container managers'],
  ['/containermanager/{name}', 'V0ContainerManager', 'A container manager'],
];

const PARAMETERS: Record<string, string> = {
  name: 'Name of the object.',
  address: 'IP address or DNS name of the host; its name, where no host has that address.',
};

/** Commissaire's paths. */
export function v0Paths(): Paths {
  return Object.fromEntries(
    ROUTES.map(([path, component, summary]) => {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
      const responses: Record<string, Answer | { $ref: string }> = {
        200: jsonAnswer(summary, component),
        403: shared('V0Error'),
        ...(names.length > 0 && { 404: shared('V0Error') }),
        405: shared('V0ReadOnly'),
        503: shared('V0Error'),
      };
      const parameters = names.map((name) => inPath(name, PARAMETERS[name]!));
      return [
        `/api/v0${path}`,
        { get: { operationId: idOf('v0', path), summary, tags: ['Commissaire'], parameters, responses } },
      ];
    }),
  );
}
