import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { newKeyPair } from '../../../reconciler/demo/key-pair.ts';

describe('newKeyPair', () => {
  it('makes keys that can be read, every time', () => {
    const unreadable = Array.from({ length: 600 }, () => newKeyPair()).filter(
      (pair) => ssh2.utils.parseKey(pair.private) instanceof Error || ssh2.utils.parseKey(pair.public) instanceof Error,
    );

    expect(unreadable).toEqual([]);
  });
});
