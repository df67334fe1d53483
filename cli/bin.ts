#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { flush, run } from '@oclif/core';
import { exitCodeOf } from './exit.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

try {
  await run(process.argv.slice(2), root);
  await flush();
} catch (thrown) {
  await flush();
  process.exit(exitCodeOf(thrown, process.argv.slice(2)));
}
