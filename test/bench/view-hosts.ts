import { spawn } from 'node:child_process';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { figure, median, timed, type BenchPart, type Figure } from './figure.ts';

const HOSTS = 10_000;
const ROUNDS = 15;

interface Served {
  url: string;
  yardstick: string;
  /** Pages of the lists of v0 and v1. */
  pages: [string[], string[]];
}

/**
 * All pages of the list of 10,000 hosts, over one connection, from a view that runs in a process of its own; before each list one
 * host has changed. Beside it node's own server with the same bytes, made before.
 */
export const viewHosts: BenchPart = {
  names: ['view-hosts-v0', 'view-hosts-v1'],

  async run(): Promise<Figure[]> {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, 'view-child.ts'), String(HOSTS)],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ask = async (line: string): Promise<unknown> => {
      child.stdin.write(`${line}\n`);
      return JSON.parse((await lines.next()).value as string) as unknown;
    };
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      const { url, yardstick, pages } = (await ask('start')) as Served;
      const figures: Figure[] = [];
      for (const [index, name] of this.names.entries()) {
        const times = { ours: [] as number[], plain: [] as number[] };
        for (let round = 0; round < ROUNDS; round += 1) {
          await ask('change');
          const ours = await timed(() => readAll(agent, url, pages[index]!));
          const plain = await timed(() => readAll(agent, yardstick, pages[index]!));
          if (Math.abs(ours.answer - plain.answer) > plain.answer / 100) {
            throw new Error(`${name}: ${ours.answer} bytes, of which the yardstick has ${plain.answer}`);
          }
          times.ours.push(ours.ms);
          times.plain.push(plain.ms);
        }
        figures.push(figure(name, median(times.ours), 'ms', median(times.plain)));
      }
      return figures;
    } finally {
      agent.destroy();
      child.stdin.end();
      await new Promise((resolve) => child.once('close', resolve));
    }
  },
};

/** Reads the pages one after the other; answers with the bytes that came. */
async function readAll(agent: Agent, url: string, paths: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const path of paths) bytes += await read(agent, `${url}${path}`);
  return bytes;
}

function read(agent: Agent, url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(bytes);
        else reject(new Error(`${url} answered ${response.statusCode}`));
      });
    }).on('error', reject);
  });
}
