import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addressKey } from '../../../../reconciler/view/sign-in/address-key.ts';
import { Limits, type Attempt } from '../../../../reconciler/view/sign-in/limits.ts';

const open = (): AbortSignal => new AbortController().signal;

describe('Limits of failed sign-ins', () => {
  let limits: Limits;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    limits = new Limits({ windowMs: 60_000, perAddress: 20, perUser: 3 });
  });
  afterEach(() => void vi.useRealTimers());

  /** What each of many attempts came to; those that were not made are `limited`. */
  async function attempts(
    times: number,
    address: string,
    user: string | undefined,
    outcome: Attempt,
  ): Promise<string[]> {
    const results: string[] = [];
    for (let each = 0; each < times; each += 1) {
      const made = await limits.attempt({ address, user }, async () => ({ outcome, result: 'made' }), open());
      results.push('result' in made ? made.result : 'limited');
    }
    return results;
  }

  it('limits a name at the address from which it failed, for the rest of the window', async () => {
    const wrong = await attempts(4, '192.0.2.1', 'ann', 'wrong');
    const right = await limits.attempt(
      { address: '192.0.2.1', user: 'ann' },
      async () => ({ outcome: 'right', result: 1 }),
      open(),
    );
    vi.advanceTimersByTime(61_000);
    const later = await attempts(1, '192.0.2.1', 'ann', 'right');

    expect(wrong).toEqual(['made', 'made', 'made', 'limited']);
    expect(right).toEqual({ retryAfterSeconds: 60 });
    expect(later).toEqual(['made']);
  });

  it('does not lock out a name by what strangers try at other addresses', async () => {
    for (let each = 1; each <= 40; each += 1) await attempts(3, `198.51.100.${each}`, 'ann', 'wrong');

    const right = await attempts(5, '192.0.2.1', 'ann', 'right');

    expect(right).toEqual(Array(5).fill('made'));
  });

  it('gives each address one try at a name that failed too often from anywhere', async () => {
    for (let each = 1; each <= 10; each += 1) await attempts(3, `198.51.100.${each}`, 'ann', 'wrong');

    const [ann, bob] = [await attempts(3, '192.0.2.1', 'ann', 'wrong'), await attempts(3, '192.0.2.1', 'bob', 'wrong')];

    expect(ann).toEqual(['made', 'limited', 'limited']);
    expect(bob).toEqual(['made', 'made', 'made']);
  });

  it('limits an address, whatever names it tries', async () => {
    const results: string[] = [];
    for (let each = 0; each < 25; each += 1) results.push(...(await attempts(1, '192.0.2.1', `user-${each}`, 'wrong')));
    const elsewhere = await attempts(1, '192.0.2.2', 'user-1', 'wrong');

    expect(results).toEqual([...Array(20).fill('made'), ...Array(5).fill('limited')]);
    expect(elsewhere).toEqual(['made']);
  });

  it('forgets the failures of a name there when it was right, and not those of the address', async () => {
    const results: string[] = [];
    for (let each = 0; each < 11; each += 1) {
      results.push(
        ...(await attempts(2, '192.0.2.1', 'ann', 'wrong')),
        ...(await attempts(1, '192.0.2.1', 'ann', 'right')),
      );
    }

    expect(results.indexOf('limited')).toBe(29);
  });

  it('does not count what nobody could decide', async () => {
    const results = await attempts(50, '192.0.2.1', 'ann', 'neither');

    expect(results).toEqual(Array(50).fill('made'));
  });

  it('lets guesses that are made at one moment not be more than those made one after another', async () => {
    let made = 0;
    const guess = async (): Promise<{ outcome: Attempt; result: string }> => {
      made += 1;
      await nextTurn();
      return { outcome: 'wrong', result: 'made' };
    };

    const results = await Promise.all(
      Array.from({ length: 100 }, () => limits.attempt({ address: '192.0.2.1', user: 'ann' }, guess, open())),
    );

    expect(made).toBe(3);
    expect(results.filter((each) => 'retryAfterSeconds' in each)).toHaveLength(97);
  });

  it('lets everybody in who is right at one moment', async () => {
    const right = async (): Promise<{ outcome: Attempt; result: string }> => {
      await nextTurn();
      return { outcome: 'right', result: 'made' };
    };

    const results = await Promise.all(
      Array.from({ length: 200 }, () => limits.attempt({ address: '192.0.2.1', user: 'ann' }, right, open())),
    );

    expect(results).toEqual(Array(200).fill({ result: 'made' }));
  });

  it('ends waiting when the request does', async () => {
    const gone = new AbortController();
    let finish = (): void => undefined;
    const slow = () =>
      new Promise<{ outcome: Attempt; result: string }>((resolve) => {
        finish = () => resolve({ outcome: 'wrong', result: 'made' });
      });
    await attempts(2, '192.0.2.1', 'ann', 'wrong');
    const first = limits.attempt({ address: '192.0.2.1', user: 'ann' }, slow, open());
    const second = limits.attempt({ address: '192.0.2.1', user: 'ann' }, slow, gone.signal);
    await nextTurn();

    gone.abort(new Error('gone'));

    await expect(second).rejects.toThrow('gone');
    finish();
    await expect(first).resolves.toEqual({ result: 'made' });
  });

  it('has room after an attempt that threw', async () => {
    const failing = limits.attempt({ address: '192.0.2.1' }, () => Promise.reject(new Error('away')), open());

    await expect(failing).rejects.toThrow('away');
    expect(await attempts(1, '192.0.2.1', undefined, 'right')).toEqual(['made']);
  });
});

describe('What failures of an address are counted under', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['', ''],
    ['not an address', 'not an address'],
  ])('counts %j under %j', (address, key) => {
    const counted = addressKey(address);

    expect(counted).toBe(key);
  });
});
