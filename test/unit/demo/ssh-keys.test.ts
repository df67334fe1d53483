import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { newSshKeyPair } from '../../../reconciler/demo/ssh-keys.ts';

describe('newSshKeyPair', () => {
  it('gives only keys that can be read again', () => {
    const unreadable = Array.from({ length: 1500 }, () => ssh2.utils.parseKey(newSshKeyPair().private)).filter((key) => key instanceof Error);

    expect(unreadable).toEqual([]);
  });
});
