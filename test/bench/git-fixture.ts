import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ConfigSource } from '../../reconciler/source/source.ts';
import { GitConfigSource } from '../../reconciler/source/git/config-source.ts';
import type { Blob, DocumentParser } from '../../reconciler/source/git/config-source.ts';
import type { GitThread } from '../../reconciler/source/git/git-thread.ts';
import { TestRemote } from '../support/git-remote.ts';

/** Takes blobs and parses nothing: what is measured is git. */
class NoParser implements DocumentParser {
  bytes = 0;

  async *parseThrough(
    oids: readonly string[],
    read: (missing: string[]) => AsyncIterable<readonly Blob[]>,
  ): AsyncGenerator<never[]> {
    for await (const blobs of read([...oids])) {
      for (const { bytes } of blobs) this.bytes += bytes.length;
      yield [];
    }
  }
}

/** A repository of `hosts` Host documents behind a real git server over HTTP. */
export async function fleetRemote(hosts: number): Promise<{ remote: TestRemote; commit: string }> {
  const remote = await TestRemote.start('http');
  const files: Record<string, string> = {
    'fleet.yaml': 'apiVersion: intendant/v1\nkind: Fleet\nmetadata: {name: bench}\nspec: {}\n',
  };
  for (let at = 0; at < hosts; at++) files[`hosts/${at % 100}/host-${at}.yaml`] = hostDocument(at);
  const commit = remote.commit(files);
  remote.git('gc', '-q');
  return { remote, commit };
}

/** A Host document of ordinary size. */
export function hostDocument(at: number, note = ''): string {
  return `apiVersion: intendant/v1
kind: Host
metadata:
  name: host-${at}
  labels: {role: web, rack: r${at % 40}, zone: z${at % 3}}
spec:
  address: 10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}
  cluster: cluster-${at % 20}
  description: "Web server number ${at} ${note}"
`;
}

/** The product's source for a remote, with a clone of its own. */
export function sourceFor(remote: TestRemote, thread: GitThread, folder: string): ConfigSource {
  const { url, auth } = remote;
  return new GitConfigSource({ url, auth, folder, branch: 'main', path: '' }, thread, new NoParser());
}

const run = promisify(execFile);

/** Runs real git without the configuration of this machine; does not block the server in this process. */
export async function realGit(...args: string[]): Promise<void> {
  const env = { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
  await run('git', args, { env, maxBuffer: 256 * 1024 * 1024 });
}
