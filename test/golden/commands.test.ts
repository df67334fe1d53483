import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkCommand } from '../../reconciler/hosts/check.ts';
import { renderCommand } from '../../reconciler/hosts/command.ts';
import { factsCommand } from '../../reconciler/hosts/facts.ts';
import { familyNamed } from '../../reconciler/hosts/families/registry.ts';
import { stepReadCommand, stepStartCommand } from '../../reconciler/hosts/guarded-step.ts';
import type { ProfilePlace } from '../../reconciler/hosts/profile/inventory.ts';
import { lookCommand } from '../../reconciler/hosts/profile/look.ts';
import type { WantedHost } from '../../reconciler/hosts/profile/wanted.ts';
import { CHECK_SCRIPT } from '../../reconciler/hosts/scripts/check.ts';
import { FACTS_SCRIPT } from '../../reconciler/hosts/scripts/facts.ts';
import { LOOK_SCRIPT } from '../../reconciler/hosts/scripts/look.ts';
import { STEP_READ_SCRIPT } from '../../reconciler/hosts/scripts/step-read.ts';
import { STEP_START_SCRIPT } from '../../reconciler/hosts/scripts/step-start.ts';
import { UPLOAD_SCRIPT } from '../../reconciler/hosts/scripts/upload.ts';
import { uploadCommand } from '../../reconciler/hosts/upload.ts';
import type { Verb, VerbCommand } from '../../reconciler/hosts/verb.ts';
import { bytesOf } from '../support/standard-input.ts';
import { splitWords } from '../../reconciler/demo/shell-words.ts';

/** One case: a request, the words that must reach the host (`@facts` = the text of that script), and standard input. */
interface Case {
  case: string;
  verb: Verb;
  user: string;
  request?: never;
  expect: string[];
  stdin?: string;
}

const cases = JSON.parse(readFileSync(new URL('./commands/verbs.json', import.meta.url), 'utf8')) as Case[];
const scripts: Record<string, string> = {
  '@facts': FACTS_SCRIPT,
  '@check': CHECK_SCRIPT,
  '@step-start': STEP_START_SCRIPT,
  '@step-read': STEP_READ_SCRIPT,
  '@upload': UPLOAD_SCRIPT,
  '@look': LOOK_SCRIPT,
};

function build({ verb, user, request }: Case): VerbCommand {
  const call = { user, nonce: 'n0' };
  switch (verb) {
    case 'facts':
      return factsCommand(call);
    case 'check':
      return checkCommand(call, request!);
    case 'step-start':
      return stepStartCommand(call, request!);
    case 'step-read':
      return stepReadCommand(call, request!);
    case 'look':
      return lookCommand(call, { ...(request! as { wanted: WantedHost; place: ProfilePlace }), family: familyNamed('apt')! });
    case 'upload': {
      const file: { path: string; content: string; mode: number } = request!;
      return uploadCommand(call, { ...file, content: Buffer.from(file.content) });
    }
  }
}

describe('commands as they are sent', () => {
  it.each(cases)('$case', (golden) => {
    const built = build(golden);

    const words = splitWords(renderCommand(built.line));

    expect(words).toEqual(golden.expect.map((word) => scripts[word] ?? word));
    expect(built.stdin === undefined ? undefined : bytesOf(built.stdin).toString()).toBe(golden.stdin);
  });
});
