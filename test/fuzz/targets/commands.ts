import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Config, type Command } from '@oclif/core';
import { exitCodeOf } from '../../../cli/exit.ts';
import { EXIT } from '../../../cli/exit-codes.ts';
import { starterFiles } from '../../../cli/starter/files.ts';
import { demand, type Target } from '../target.ts';
import { argumentWords, demandFitToSay } from './arguments.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** Commands that read a folder and this process's own environment, and change nothing. */
const NAMES = ['validate', 'plan', 'config', 'version'];
/** What they may end with. */
const CODES: ReadonlySet<number> = new Set([EXIT.ok, EXIT.error, EXIT.usage]);

/** A command that can be made: the type of the library is the abstract one. */
type Runnable = Omit<typeof Command, 'run'> & { run(argv: string[], config: Config): Promise<unknown> };

let ready: { config: Config; commands: readonly (readonly [string, Runnable])[] } | undefined;

/** Commands run to their end in this process, in a small repository: the name of one, then an argument a line. */
export const commandsTarget: Target = {
  name: 'commands',
  grammar(random) {
    const own = ['.', 'clusters', 'fleet.yaml', 'nowhere', 'set=x', 'repository.poll=10s', 'fleet=prod', 'daemon.yaml'];
    const flags = (ready?.commands ?? []).flatMap(([, command]) =>
      Object.keys({ ...command.baseFlags, ...command.flags }),
    );
    const name = NAMES[Math.floor(random() * NAMES.length)]!;
    return [name, ...argumentWords(random, flags, own)].join('\n');
  },
  async read(input) {
    ready ??= await prepare();
    const [name = '', ...argv] = input.toString('utf8').split('\n').slice(0, 20);
    if (argv.some(leadsOutside)) return;
    const asked = ready.commands.filter(([own]) => own === name);
    for (const [, command] of asked.length > 0 ? asked : ready.commands) await runOne(command, argv, ready.config);
  },
};

/** A repository in the working folder of this process, several folders deep, and nothing else that a command would find. */
async function prepare(): Promise<NonNullable<typeof ready>> {
  const home = mkdtempSync(join(process.env.INTENDANT_FUZZ_FOLDER ?? tmpdir(), 'commands-'));
  const repository = join(home, 'a/b/c/d/repository');
  for (const { path, content } of starterFiles('prod')) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), content);
  }
  for (const name of Object.keys(process.env)) if (/^(INTENDANT|ETCD|XDG)_/.test(name)) delete process.env[name];
  Object.assign(process.env, { HOME: home, INTENDANT_SYSTEM_CONFIG: '', INTENDANT_STATE: join(home, 'state') });
  process.chdir(repository);
  const config = await Config.load(ROOT);
  const commands = NAMES.map(async (name) => {
    const exported = (await import(join(ROOT, `cli/commands/${name}.ts`))) as Record<string, Runnable>;
    return [name, Object.values(exported)[0]!] as const;
  });
  return { config, commands: await Promise.all(commands) };
}

/** It would ask another machine, or read more of this one than the repository. */
function leadsOutside(word: string): boolean {
  const value = word.replace(/^[^=]*=/, '');
  const climbs = word.split('..').length - 1;
  return /:\/\/|etcd|@.*:/.test(word) || value.startsWith('/') || word.startsWith('/') || climbs > 3;
}

async function runOne(command: Runnable, argv: string[], config: Config): Promise<void> {
  const said = { out: '', err: '' };
  const [out, err] = [process.stdout.write, process.stderr.write];
  process.stdout.write = (text: string | Uint8Array): boolean => Boolean((said.out += String(text)) || true);
  process.stderr.write = (text: string | Uint8Array): boolean => Boolean((said.err += String(text)) || true);
  let code: number;
  try {
    await command.run([...argv], config);
    code = EXIT.ok;
  } catch (thrown) {
    code = await exitCodeOf(thrown, argv, NAMES);
  } finally {
    [process.stdout.write, process.stderr.write] = [out, err];
  }
  demand(CODES.has(code), `exit code ${code}: ${said.err.slice(0, 500)}`);
  demandFitToSay(said.err, argv);
  demandFitToSay(said.out, argv);
}
