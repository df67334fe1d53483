import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RealHost } from './real-host.ts';

/** A command as a host got it: the name and arguments without script and nonce, as the audit shows it. */
export interface SeenCommand {
  host: string;
  /** `intendant-<verb> <args…>` */
  command: string;
}

/** The hosts write down what they are sent, before they do it. Answers with what was sent so far, in order of arrival. */
export function recordCommands(hosts: readonly RealHost[], folder: string): () => SeenCommand[] {
  const log = join(folder, 'commands');
  for (const host of hosts) {
    const record = `printf '%s %s\\n' ${host.name} "$(printf %s "$SSH_ORIGINAL_COMMAND" | base64 -w0)" >> ${log}`;
    host.heal({ before: record });
  }
  return () => {
    const text = existsSync(log) ? readFileSync(log, 'utf8') : '';
    return text.split('\n').slice(0, -1).map(parseLine);
  };
}

function parseLine(line: string): SeenCommand {
  const [host = '', encoded = ''] = line.split(' ');
  const sent = Buffer.from(encoded, 'base64').toString('utf8');
  // The script before it speaks of verbs too: the last one that follows a closing quote is the name.
  const { verb = sent, args = '' } = /.*' intendant-(?<verb>[a-z-]+) \S+(?<args>[\s\S]*)$/s.exec(sent)?.groups ?? {};
  return { host, command: `intendant-${verb}${args}` };
}
