#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { Config, flush, run } from '@oclif/core';
import { exitCodeOf } from './exit.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const argv = process.argv.slice(2);
const config = await Config.load(root);

try {
  await run(argv, config);
  await flush();
} catch (thrown) {
  await flush();
  process.exit(await exitCodeOf(thrown, argv, config.commandIDs));
}
