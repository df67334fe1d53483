import { compareSync } from 'bcryptjs';
import { parentPort } from 'node:worker_threads';

/** A comparison that the main thread asks for. */
export interface CompareQuestion {
  id: number;
  password: string;
  hash: string;
}

export interface CompareAnswer {
  id: number;
  matches: boolean;
}

parentPort?.on('message', ({ id, password, hash }: CompareQuestion) => {
  let matches = false;
  try {
    matches = compareSync(password, hash);
  } catch {
    // Not a hash: nothing matches it.
  }
  parentPort?.postMessage({ id, matches } satisfies CompareAnswer);
});
