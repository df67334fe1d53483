import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanScript } from '../../reconciler/hosts/profile/clean.ts';
import { convergeScript } from '../../reconciler/hosts/profile/converge.ts';
import type { ProfilePlace } from '../../reconciler/hosts/profile/inventory.ts';
import { lookCommand, parseLook } from '../../reconciler/hosts/profile/look.ts';
import { planChanges } from '../../reconciler/hosts/profile/plan-changes.ts';
import type { ProfileChange } from '../../reconciler/hosts/profile/changes.ts';
import type { SeenHost } from '../../reconciler/hosts/profile/seen.ts';
import { NOTHING_WANTED } from '../../reconciler/hosts/profile/wanted.ts';
import type { WantedHost } from '../../reconciler/hosts/profile/wanted.ts';
import type { HostFamily } from '../../reconciler/hosts/families/family.ts';
import { CHANGE_MARK } from '../../reconciler/hosts/scripts/converge.ts';
import { bytesOf } from './standard-input.ts';

/** A place where the scripts of profiles are really run. */
export interface ProfileHostOptions {
  /** What stands before a command so that it runs there, as root. */
  inside: readonly string[];
  /** The shell there: `['sh']`, `['busybox', 'sh']`. */
  shell: readonly string[];
  /** The same folder as seen from here and from there. */
  scratch: { here: string; there: string };
  family: HostFamily;
  place: ProfilePlace;
  env?: Record<string, string>;
}

export interface ScriptEnd {
  /** Undefined: it was killed. */
  exitCode: number | undefined;
  output: string;
}

/** Looks at and converges a host by the scripts themselves, without a connection. */
export class ProfileHost {
  readonly #options: ProfileHostOptions;

  constructor(options: ProfileHostOptions) {
    this.#options = options;
  }

  async look(wanted: WantedHost): Promise<SeenHost> {
    const { family, place, shell } = this.#options;
    const verb = lookCommand({ user: 'root', nonce: 'n0' }, { wanted, family, place });
    const [, ...words] = verb.line.bits.map(String);
    const { output } = await this.run([...shell, ...words], { stdin: bytesOf(verb.stdin).toString('utf8') });
    const answer = parseLook(output, 'n0', wanted, 'host');
    if (!answer) throw new Error(`no answer in: ${output}`);
    return answer.seen;
  }

  async plan(wanted: WantedHost): Promise<ProfileChange[]> {
    return planChanges(wanted, await this.look(wanted));
  }

  /** @param killAt the whole process group is killed when this change, counted from 1, is in hand. */
  async converge(wanted: WantedHost, killAt?: number): Promise<ScriptEnd & { changes: string[] }> {
    const changes = await this.plan(wanted);
    const script = convergeScript(this.#options.family, wanted, changes, this.#options.place);
    return { ...(await this.#script(bytesOf(script), killAt)), changes: changes.map(tell) };
  }

  async clean(): Promise<ScriptEnd> {
    const seen = await this.look(NOTHING_WANTED);
    return this.#script(Buffer.from(cleanScript(this.#options.family, seen, this.#options.place)));
  }

  /** Runs a command there; both streams together. */
  run(argv: readonly string[], { stdin = '', killAt = 0 } = {}): Promise<ScriptEnd> {
    const [program = '', ...args] = [...this.#options.inside, ...argv];
    const env = this.#options.env ?? process.env;
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true, env });
    let output = '';
    const heard = (text: string): void => {
      output += text;
      if (killAt > 0 && output.split(`${CHANGE_MARK} `).length > killAt) process.kill(-child.pid!, 'SIGKILL');
    };
    child.stdout.setEncoding('utf8').on('data', heard);
    child.stderr.setEncoding('utf8').on('data', heard);
    child.stdin.on('error', () => undefined).end(stdin);
    return new Promise((resolve, reject) => {
      child.on('error', reject).on('close', (code) => resolve({ exitCode: code ?? undefined, output }));
    });
  }

  #script(text: Buffer, killAt?: number): Promise<ScriptEnd> {
    const { here, there } = this.#options.scratch;
    writeFileSync(join(here, 'script'), text);
    return this.run([...this.#options.shell, join(there, 'script')], { killAt });
  }
}

/** `replace file /etc/a (content)`, with `leaving` where it is undone. */
export function tell({ action, kind, name, why, leaving }: ProfileChange): string {
  return `${leaving ? 'leaving: ' : ''}${action} ${kind} ${name}${why === undefined ? '' : ` (${why})`}`;
}
