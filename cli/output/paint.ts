import { styleText } from 'node:util';

export type Tone = 'good' | 'bad' | 'attention' | 'quiet' | 'strong';

/** Colours text by what it means, or returns it as it is. */
export type Paint = (tone: Tone, text: string) => string;

const STYLES = { good: 'green', bad: 'red', attention: 'yellow', quiet: 'gray', strong: 'bold' } as const;

/** The paint of a terminal: plain text where colour is off. */
export function paintFor(color: boolean): Paint {
  return color ? (tone, text) => styleText(STYLES[tone], text) : (_tone, text) => text;
}

const TONES: Record<string, Tone> = {
  ok: 'good',
  active: 'good',
  Succeeded: 'good',
  failed: 'bad',
  Failed: 'bad',
  degraded: 'attention',
  investigating: 'attention',
  bootstrapping: 'attention',
  Running: 'attention',
  Suspended: 'attention',
  Stalled: 'bad',
};

/** The tone of a status word such as `active` or `Failed`; an unknown word is quiet. */
export function toneOf(status: string): Tone {
  return TONES[status] ?? 'quiet';
}
