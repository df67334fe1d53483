import { parseCheck } from '../../../reconciler/hosts/check.ts';
import { cleanBytes, cleanLine, cleanText } from '../../../reconciler/hosts/clean-text.ts';
import { parseFacts } from '../../../reconciler/hosts/facts.ts';
import { parseFrame } from '../../../reconciler/hosts/frame.ts';
import { parseStepSighting } from '../../../reconciler/hosts/step-sighting.ts';
import { parseFile } from '../../../reconciler/source/documents/parse-file.ts';
import { parseKnownHosts } from '../../../reconciler/ssh/known-hosts.ts';
import { parseFleet } from '../../../reconciler/status/parse-fleet.ts';
import { parseObject } from '../../../reconciler/status/parse-object.ts';
import { demand, refusing, type Target } from '../target.ts';

const OID = '0'.repeat(40);
/** The nonce that the corpus has. */
const NONCE = 'n';

/** The documents of the config repository: every input has an answer. */
export const yamlTarget: Target = {
  name: 'yaml',
  corpus: ['examples-repo', 'test/golden/diagnostics'],
  read(input) {
    // What comes out crosses threads and is kept in files.
    JSON.stringify(parseFile(OID, input));
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
  async read(input) {
    const text = input.toString('utf8');
    await refusing(() => parseFleet('fleet.yaml', text));
    await refusing(() => parseObject('clusters/web/hosts/00/web-1.yaml', text));
    await refusing(() => parseObject('operations/restart-web.yaml', text));
  },
};

/** Nothing that steers a terminal or hides text. */
function isHarmless(text: string): boolean {
  return !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/.test(text);
}
