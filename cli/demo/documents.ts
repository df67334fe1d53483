import type { Files } from './repository.ts';

/** Name of the operation that the demo pushes. */
export const RESTART_NAME = 'demo-restart';
/** Where it stands in the repository. */
export const RESTART_PATH = `operations/${RESTART_NAME}.yaml`;

/** The rolling restart that the demo pushes: one host first, then a growing part of the cluster. */
export function restartDocument(cluster: string): string {
  return `apiVersion: intendant/v1
kind: Operation
metadata:
  name: ${RESTART_NAME}
spec:
  type: restart
  description: The rolling restart of the demo
  target:
    cluster: ${cluster}
  rollout:
    batches: [1, 50%]
    maxFailures: 0
  timeout: 1m
`;
}

/** A cluster of `count` simulated hosts, for `demo --hosts N`. Addresses are of 198.18.0.0/15, the range for benchmarks. */
export function generatedCluster(count: number): Files {
  const files = new Map<string, string>();
  files.set(
    'clusters/simulated/cluster.yaml',
    'apiVersion: intendant/v1\nkind: Cluster\nmetadata:\n  name: simulated\nspec:\n  description: Hosts of the demo\n',
  );
  for (let index = 1; index <= count; index++) {
    const name = `sim-${String(index).padStart(4, '0')}`;
    const address = `198.18.${Math.floor(index / 250)}.${(index % 250) + 1}`;
    const spec = `spec:\n  cluster: simulated\n  address: ${address}\n`;
    files.set(
      `clusters/simulated/hosts/${name}.yaml`,
      `apiVersion: intendant/v1\nkind: Host\nmetadata:\n  name: ${name}\n${spec}`,
    );
  }
  return files;
}
