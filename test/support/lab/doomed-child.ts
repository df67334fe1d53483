import { startLab } from './lab.ts';

/* Started by a test and killed: boots a host in a lab of its own, says which, and never cleans up. */
const lab = await startLab();
await lab.boot('doomed', '10.77.0.66');
process.stdout.write(`${lab.netns}\n`);
setInterval(() => undefined, 60_000);
