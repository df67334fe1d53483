import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { beforeEach, describe, expect, it } from 'vitest';
import { Sensitive } from '../../../../reconciler/model/sensitive.ts';
import { Bcrypt } from '../../../../reconciler/view/sign-in/basic/bcrypt.ts';

/** A thread that answers, fails and ends when a test says so. */
class Thread extends EventEmitter {
  readonly asked: { id: number; password: string; hash: string }[] = [];
  isHeld = false;

  ref(): void {
    this.isHeld = true;
  }
  unref(): void {
    this.isHeld = false;
  }
  postMessage(question: { id: number; password: string; hash: string }): void {
    this.asked.push(question);
  }
  answer(matches: boolean): void {
    this.emit('message', { id: this.asked.shift()!.id, matches });
  }
}

describe('The thread that compares passwords', () => {
  let bcrypt: Bcrypt;
  let threads: Thread[];
  beforeEach(() => {
    threads = [];
    bcrypt = new Bcrypt(() => {
      threads.push(new Thread());
      return threads.at(-1) as unknown as Worker;
    });
  });

  const compare = (password = 'p'): Promise<boolean> => bcrypt.compare(new Sensitive(password), 'h');

  it('is one for all, and lets the process end while nobody waits', async () => {
    const both = [compare('a'), compare('b')];
    const [thread, ...others] = threads;
    thread!.answer(true);
    const held = thread!.isHeld;
    thread!.answer(false);

    expect(await Promise.all(both)).toEqual([true, false]);
    expect([others.length, held, thread!.isHeld]).toEqual([0, true, false]);
  });

  it('has a limit on those who wait, and room again when it has answered', async () => {
    const waiting = Array.from({ length: 24 }, () => compare());

    await expect(compare()).rejects.toMatchObject({ code: 'SIGN_IN_BUSY' });
    threads[0]!.answer(true);
    const next = compare();
    for (let each = 0; each < 24; each += 1) threads[0]!.answer(true);

    expect(await Promise.all([...waiting, next])).toEqual(Array(25).fill(true));
  });

  it('is followed by another when it fails, and takes nobody with it who waits for that one', async () => {
    const lost = compare();
    threads[0]!.emit('error', new Error('out of memory'));
    await expect(lost).rejects.toMatchObject({ code: 'SIGN_IN_BUSY', message: expect.stringContaining('memory') });
    const next = compare();

    threads[0]!.emit('exit', 1);
    threads[1]!.answer(true);

    expect(await next).toBe(true);
    expect(threads).toHaveLength(2);
  });
});
