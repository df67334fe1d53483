import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import type { Client } from 'ssh2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectFleet } from '../../reconciler/demo/fleet-control.ts';
import { startFleet } from '../../reconciler/demo/fleet.ts';
import { newKeyPair } from '../../reconciler/demo/key-pair.ts';
import type { SimulatedFleet } from '../../reconciler/demo/fleet.ts';
import type { HostEvent } from '../../reconciler/demo/record.ts';
import { eventually } from '../support/eventually.ts';

let folder: string;
let fleet: SimulatedFleet;
const clients: Client[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  fleet = await startFleet({
    hosts: ['web-1', 'web-2', { name: 'inner', address: '10.0.0.9' }],
    rebootMs: 100,
    recordFile: join(folder, 'record.jsonl'),
    controlSocket: join(folder, 'control.sock'),
  });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await fleet.control.setFaults({
    unreachable: undefined,
    hangAtLogin: undefined,
    hangInCommand: undefined,
    resetInCommand: undefined,
    changedHostKey: undefined,
    endlessOutput: undefined,
    hostileOutput: undefined,
  });
});

afterAll(async () => {
  await fleet?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Login {
  client: Client;
  hostKey: string;
}

function login(name: string, { key = fleet.clientKey, timeoutMs = 5000 } = {}): Promise<Login> {
  const client = new ssh2.Client();
  clients.push(client);
  let hostKey = '';
  return new Promise((resolve, reject) => {
    client.on('ready', () => resolve({ client, hostKey }));
    client.on('error', reject);
    client.connect({
      ...fleet.addresses.get(name)!,
      username: 'root',
      privateKey: key,
      readyTimeout: timeoutMs,
      hostVerifier: (shown: Buffer) => {
        hostKey = `ssh-ed25519 ${shown.toString('base64')}`;
        return true;
      },
    });
  });
}

interface Ended {
  code: number | undefined;
  stdout: Buffer;
}

function exec(client: Client, command: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) return reject(error);
      const chunks: Buffer[] = [];
      let code: number | undefined;
      channel.on('data', (chunk: Buffer) => chunks.push(chunk));
      channel.on('exit', (exitCode: number) => (code = exitCode));
      channel.on('close', () => resolve({ code, stdout: Buffer.concat(chunks) }));
    });
  });
}

function verb(name: string, ...args: string[]): string {
  return ['sh', '-c', "'the script'", `intendant-${name}`, 'n', ...args].join(' ');
}

const REBOOT = verb('step-start', '/steps', 'r', '-', 'd', '100', '10', 'reboot');

async function eventsOf(host: string, event: HostEvent['event']): Promise<HostEvent[]> {
  return (await fleet.control.records([host])).filter((one) => one.event === event);
}

describe('the simulated fleet over ssh', () => {
  it('lets the client key in, shows its host key and answers the facts script', async () => {
    const { client, hostKey } = await login('web-1');

    const answer = await exec(client, verb('facts'));

    expect(hostKey).toBe(fleet.hostKeys.get('web-1'));
    expect(answer.code).toBe(0);
    expect(answer.stdout.toString()).toMatch(/@@intendant:n@@ begin\nos=debian\n[^@]*@@intendant:n@@ end\n/);
  });

  it('refuses any other key', async () => {
    const { private: key } = newKeyPair();

    await expect(login('web-1', { key })).rejects.toThrow('All configured authentication methods failed');

    expect((await eventsOf('web-1', 'refused')).at(-1)?.reason).toBe('wrong key');
  });

  it('refuses the eleventh session on a connection, as sshd does', async () => {
    const { client } = await login('web-1');

    const sleeping = Array.from({ length: 10 }, () => exec(client, 'sleep 2'));
    const eleventh = exec(client, 'true');

    await expect(eleventh).rejects.toThrow('Channel open failure');
    await expect(Promise.all(sleeping)).resolves.toHaveLength(10);
    await expect(exec(client, 'true')).resolves.toMatchObject({ code: 0 });
  });

  it('drops the connection in a reboot, resets who comes meanwhile, and is back with a new boot id', async () => {
    const { client } = await login('web-2');
    const gone = new Promise<void>((resolve) => client.on('close', () => resolve()));
    await fleet.control.setFaults({ rebootDelayMs: 300 }, ['web-2']);

    await exec(client, REBOOT);
    await gone;

    await expect(login('web-2')).rejects.toThrow(/ECONNRESET|closed|lost/);
    const again = await eventually(() => login('web-2'));
    const read = await exec(again.client, verb('step-read', '/steps', 'r', 'd', '0'));
    expect(read.stdout.toString()).toContain('state=interrupted');
    expect(again.hostKey).toBe(fleet.hostKeys.get('web-2'));
    expect(await eventsOf('web-2', 'boot')).toHaveLength(2);
  });

  it('says nothing after a power cut, and resets the old connection once it is on again', async () => {
    const { client } = await login('web-2');
    let closed = false;
    client.on('error', () => undefined);
    client.on('close', () => (closed = true));

    await fleet.control.cut(['web-2']);
    const asked = exec(client, 'true').then(
      () => 'answered',
      () => 'lost',
    );
    await expect(login('web-2')).rejects.toThrow();

    expect(closed).toBe(false);
    await fleet.control.powerOn(['web-2']);
    await eventually(() => closed);
    await expect(asked).resolves.toBe('lost');
  });

  it('hangs at login and is unreachable when told to', async () => {
    await fleet.control.setFaults({ hangAtLogin: true }, ['web-1']);
    const hanging = login('web-1', { timeoutMs: 200 });
    await expect(hanging).rejects.toThrow('Timed out while waiting for handshake');

    await fleet.control.setFaults({ hangAtLogin: undefined, unreachable: true }, ['web-1']);

    await expect(login('web-1')).rejects.toThrow();
  });

  it('shows another host key when told to', async () => {
    await fleet.control.setFaults({ changedHostKey: true }, ['web-1']);

    const { hostKey } = await login('web-1');

    expect(hostKey).toMatch(/^ssh-ed25519 /);
    expect(hostKey).not.toBe(fleet.hostKeys.get('web-1'));
  });

  it('loses the answer of a step that had its effect', async () => {
    await fleet.control.setFaults({ resetInCommand: { verb: 'step-start', times: 1 } }, ['web-1']);
    const { client } = await login('web-1');
    const lost = new Promise<void>((resolve) => client.on('close', () => resolve()).on('error', () => undefined));

    const start = verb('step-start', '/steps', 'lost', '-', 'd', '100', '10', 'reboot');
    void exec(client, start).catch(() => undefined);
    await lost;

    expect((await eventsOf('web-1', 'started')).map(({ step }) => step)).toContain('lost');
    await eventually(async () => (await eventsOf('web-1', 'boot')).length === 2);
  });

  it('does nothing when the fault comes before the effect', async () => {
    await fleet.control.setFaults({ hangInCommand: { verb: 'step-start', when: 'before' } }, ['web-1']);
    const { client } = await eventually(() => login('web-1'));

    void exec(client, verb('step-start', '/steps', 'never', '-', 'd', '100', '10', 'reboot')).catch(() => undefined);
    await exec(client, verb('facts'));

    expect((await eventsOf('web-1', 'started')).map(({ step }) => step)).not.toContain('never');
  });

  it('prints without end when told to', async () => {
    await fleet.control.setFaults({ endlessOutput: {} }, ['web-1']);
    const { client } = await login('web-1');

    const bytes = await new Promise<number>((resolve, reject) => {
      client.exec('true', (error, channel) => {
        if (error) return reject(error);
        let seen = 0;
        channel.on('data', (chunk: Buffer) => {
          seen += chunk.length;
          if (seen > 5_000_000) resolve(seen);
        });
      });
    });

    expect(bytes).toBeGreaterThan(5_000_000);
  });

  it('hides its answer in hostile noise when told to', async () => {
    await fleet.control.setFaults({ hostileOutput: true }, ['web-1']);
    const { client } = await login('web-1');

    const { stdout } = await exec(client, verb('facts'));

    expect(stdout.includes(0x1b)).toBe(true);
    expect(stdout.includes(Buffer.from([0xff, 0xfe]))).toBe(true);
    expect(stdout.toString()).toContain('\n@@intendant:n@@ begin\n');
  });

  it('forwards connections to hosts behind it, by the addresses of the inventory', async () => {
    const { client: jump } = await login('web-2');
    const client = new ssh2.Client();
    clients.push(client);

    const stream = await new Promise<ssh2.ClientChannel>((resolve, reject) =>
      jump.forwardOut('127.0.0.1', 0, '10.0.0.9', 22, (error, channel) => (error ? reject(error) : resolve(channel))),
    );
    await new Promise<void>((resolve, reject) => {
      client.on('ready', () => resolve()).on('error', reject);
      client.connect({ sock: stream, username: 'root', privateKey: fleet.clientKey });
    });

    expect((await exec(client, 'hostname')).stdout.toString()).toBe('inner\n');
  });

  it('can be controlled and read from another process, and leaves its record in a file', async () => {
    const other = await connectFleet(join(folder, 'control.sock'));

    await other.reboot(['inner']);

    await eventually(async () => (await other.records(['inner'])).filter(({ event }) => event === 'boot').length === 2);
    await expect(other.cut(['nobody'])).rejects.toThrow('no simulated host named nobody');
    other.close();
    const lines = readFileSync(join(folder, 'record.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as HostEvent)).toEqual(await fleet.records());
  });
});

describe('a large simulated fleet', () => {
  it('has a thousand hosts listening, each with its own key', async () => {
    const large = await startFleet({ hosts: Array.from({ length: 1000 }, (_, index) => `host-${index}`) });

    expect(large.addresses.size).toBe(1000);
    expect(new Set(large.hostKeys.values()).size).toBe(1000);
    await large.stop();
    await expect(large.records()).rejects.toThrow('has ended');
  });
});
