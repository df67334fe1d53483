import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startFaultyProxy, type FaultyProxy } from './faulty-proxy.ts';
import { startSshd, stopSshd, type TestSshd } from './sshd.ts';

/**
 * A real sshd that stands for one host of a fleet: each has records of steps of its own, although all share one machine, and
 * what its commands do can be changed while it runs. Nothing must ever be rebooted on it. Root only.
 */
export interface RealHost {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly hostKey: string;
  readonly sshd: TestSshd;
  readonly proxy: FaultyProxy;
  /** Every login runs this script of sh in place of the command, which is in `$SSH_ORIGINAL_COMMAND`. */
  forceCommand(script: string): void;
  /** Commands run as they were sent; `before` is a script of sh that each login runs first. */
  heal(options?: { before?: string }): void;
  stop(): Promise<void>;
}

export interface RealHostOptions {
  name: string;
  address: string;
  /** Folder of the test, for scripts and records. */
  folder: string;
  /** What all hosts call the folder of their records; each sees one of its own there. */
  stepsRoot: string;
  /** Where this one's records really lie. Default: a new folder. */
  records?: string;
  authorizedKey: string;
}

/** Starts one. End it with `stop`. */
export async function startRealHost(options: RealHostOptions): Promise<RealHost> {
  const own = join(options.folder, options.name);
  const records = options.records ?? join(own, 'records');
  for (const folder of [own, records, options.stepsRoot]) mkdirSync(folder, { recursive: true, mode: 0o755 });
  const script = join(own, 'force.sh');
  const forceCommand = (text: string): void => {
    writeFileSync(script, text);
    chmodSync(script, 0o755);
  };
  const heal = ({ before = '' } = {}): void =>
    forceCommand(
      `${before}\nexec unshare -m -- sh -c 'mount --bind ${records} ${options.stepsRoot} && exec sh -c "$SSH_ORIGINAL_COMMAND"'\n`,
    );
  heal();
  const { address } = options;
  const sshd = await startSshd({
    address,
    authorizedKeys: [options.authorizedKey],
    config: [`ForceCommand /bin/sh ${script}`],
  });
  const proxy = await startFaultyProxy(address, sshd.port);
  return {
    name: options.name,
    address,
    port: proxy.port,
    hostKey: sshd.hostKey,
    sshd,
    proxy,
    forceCommand,
    heal,
    async stop() {
      await proxy.close();
      await stopSshd(sshd);
    },
  };
}
