/** The words of a host's status, as Commissaire had them; and `leaving`: out of the repository, and still to be cleaned. */
export type HostWord = 'investigating' | 'bootstrapping' | 'disassociated' | 'active' | 'failed' | 'leaving';

const ANSWERING: ReadonlySet<string> = new Set<HostWord>(['bootstrapping', 'disassociated', 'active', 'leaving']);

/** Whether a status word says that the host answers, however far it has joined. */
export function isAnswering(word: string | undefined): boolean {
  return word !== undefined && ANSWERING.has(word);
}
