import { parseCheck } from '../../../reconciler/hosts/check.ts';
import { cleanBytes, cleanLine, cleanText } from '../../../reconciler/hosts/clean-text.ts';
import { parseFacts } from '../../../reconciler/hosts/facts.ts';
import { parseFrame } from '../../../reconciler/hosts/frame.ts';
import { parseStepSighting } from '../../../reconciler/hosts/step-sighting.ts';
import { parseFile } from '../../../reconciler/source/documents/parse-file.ts';
import { parseKnownHosts } from '../../../reconciler/ssh/known-hosts.ts';
import { parseFleet } from '../../../reconciler/status/parse-fleet.ts';
import { parseObject } from '../../../reconciler/status/parse-object.ts';
import { statusText, yamlText } from '../grammar.ts';
import { demand, refusing, type Target } from '../target.ts';

const OID = '0'.repeat(40);
/** The nonce that the corpus has. */
const NONCE = 'n';

/** The documents of the config repository: every input has an answer. */
export const yamlTarget: Target = {
  name: 'yaml',
  corpus: ['examples-repo', 'test/golden/diagnostics'],
  grammar: yamlText,
  read(input) {
    const parsed = parseFile(OID, input);
    // What comes out crosses threads and is kept in files.
    const kept = JSON.stringify(parsed);
    demand(kept.length < 100_000 + 50 * input.length, `${input.length} bytes became ${kept.length}`);
    demand(parsed.documents.length + parsed.diagnostics.length > 0 || isEmpty(input), 'it said nothing');
    for (const { line, column, message } of parsed.diagnostics) {
      demand(line >= 1 && column >= 1, `a diagnostic at ${line}:${column}`);
      demand(message.length < 5000, 'a message without end');
    }
    demandNoPollution();
  },
};

/** What hosts answer. */
export const hostOutputTarget: Target = {
  name: 'host-output',
  read(input) {
    const text = input.toString('utf8');
    parseFrame(text, NONCE);
    parseCheck(text, NONCE);
    const facts = parseFacts(text, NONCE);
    for (const value of Object.values(facts ?? {})) demand(isHarmless(String(value)), 'a fact is not clean');
    const sighting = parseStepSighting(text, NONCE);
    if (sighting && 'output' in sighting) demand(isHarmless(sighting.output), 'the output of a step is not clean');
    for (const clean of [cleanText(text), cleanBytes(input), cleanLine(text)]) demand(isHarmless(clean), 'not clean');
  },
};

/** `known_hosts` as people and other programs write it. */
export const knownHostsTarget: Target = {
  name: 'known-hosts',
  read(input) {
    const known = parseKnownHosts(input.toString('utf8'));
    const servers = [
      ['web-1.example.org', 22],
      ['::1', 2222],
      ['*'.repeat(300), 1],
    ] as const;
    for (const [host, port] of servers) {
      const { keys } = known.lookup(host, port);
      demand(
        keys.every((key) => /^[a-z0-9@.-]+ [A-Za-z0-9+/=]+$/.test(key)),
        'a key is not a key',
      );
    }
  },
};

/** Files of the status branch, which others may have written. */
export const statusFilesTarget: Target = {
  name: 'status-files',
  corpus: ['test/golden/status'],
  grammar: statusText,
  async read(input) {
    const text = input.toString('utf8');
    const paths = ['clusters/web/hosts/00/web-1.yaml', 'operations/restart-web.yaml'];
    for (const read of [() => parseFleet('fleet.yaml', text), ...paths.map((path) => () => parseObject(path, text))]) {
      await refusing(() => {
        const said = JSON.stringify(read());
        demand(said.length < 100_000 + 20 * input.length, `${input.length} bytes became ${said.length}`);
      });
    }
    await refusing(() => {
      const { status, conditions } = parseObject(paths[0]!, text);
      for (const shown of [status, ...conditions.flatMap(({ reason, message }) => [reason, message])]) {
        demand(isHarmless(shown), 'a text of the branch is not clean');
      }
    });
    demandNoPollution();
  },
};

/** Nothing but space and comments: the one input of which there is nothing to say. */
function isEmpty(input: Buffer): boolean {
  return (
    /^(?:\ufeff|\s|#[^\n\r]*|---|\.\.\.|%[^\n\r]*)*$/.test(input.toString('utf8').slice(0, 20_000)) ||
    input.length === 0
  );
}

function demandNoPollution(): void {
  demand(Object.keys(Object.prototype).length === 0, 'every object has got another property');
}

/** Nothing that steers a terminal or hides text. */
function isHarmless(text: string): boolean {
  return !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/.test(text);
}
