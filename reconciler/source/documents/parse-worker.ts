/* Thread entry: parses batches of blobs and hands out the results in small messages, one for each pull. */
import { parentPort, workerData } from 'node:worker_threads';
import type { KindDefinition } from '../../../schema/registry.ts';
import { kindDefinition, registerKind } from '../../../schema/registry.ts';
import { parseFile } from './parse-file.ts';
import type { FromWorker, ParsedEntry, ToWorker } from './parse-messages.ts';
import { DOCUMENTS_PER_MESSAGE } from './parse-messages.ts';

for (const definition of workerData as KindDefinition[]) if (!kindDefinition(definition.kind)) registerKind(definition);

let results: Generator<FromWorker> | undefined;

parentPort!.on('message', (message: ToWorker) => {
  if (message.type === 'parse') results = parseBatch(message);
  else parentPort!.postMessage(results?.next().value ?? { entries: [], done: true });
});

function* parseBatch({ oids, lengths, content }: ToWorker & { type: 'parse' }): Generator<FromWorker, FromWorker> {
  let entries: ParsedEntry[] = [];
  let documents = 0;
  let at = 0;
  for (const [index, oid] of oids.entries()) {
    const file = parseFile(oid, new Uint8Array(content, at, lengths[index]));
    at += lengths[index]!;
    if (documents + file.documents.length > DOCUMENTS_PER_MESSAGE && entries.length > 0) {
      yield { entries, done: false };
      entries = [];
      documents = 0;
    }
    // A file without documents (empty, or refused) weighs as one.
    documents += Math.max(1, file.documents.length);
    entries.push({ oid, json: JSON.stringify(file) });
  }
  return { entries, done: true };
}
