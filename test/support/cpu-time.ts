/** Milliseconds of processor time that `work` took: what else runs on the machine does not count, as it would by the clock. */
export async function cpuTimeOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
