import type { Json, JsonObject } from '../../model/json.ts';
import type { Resource } from '../../model/resource.ts';
import { documentDigest } from '../documents/document-digest.ts';
import type { ParsedDocument } from '../source.ts';

/** Reads a field of a document that may be invalid; undefined when it cannot be told what was meant. */
type Reader = (value: Json) => Json | undefined;

/** What stops work is obeyed even from a commit that is held back otherwise. `retry` starts work: it is not among it. */
const OVERRIDES: Record<string, Record<string, Reader>> = {
  Operation: { suspend: readBoolean, cancel: readBoolean },
  Cluster: { freeze: readFreeze },
  Fleet: { freeze: readFreeze },
};

/**
 * The last good `resource` with the `suspend`, `cancel` or `freeze` of the newer document laid over it; the same object
 * when nothing changes. A field that is absent is taken away only where the document itself is valid.
 */
export function withOverrides(resource: Resource, document: ParsedDocument): Resource {
  const spec: JsonObject = { ...(resource.spec as JsonObject) };
  let changed = false;
  for (const [field, read] of Object.entries(OVERRIDES[resource.kind] ?? {})) {
    const written = document.spec[field];
    const value = written === undefined ? undefined : read(written);
    if (value === undefined && !(written === undefined && document.valid)) continue;
    if (JSON.stringify(value) === JSON.stringify(spec[field])) continue;
    changed = true;
    if (value === undefined) delete spec[field];
    else spec[field] = value;
  }
  if (!changed) return resource;
  return { ...resource, spec, digest: documentDigest(resource.kind, resource.metadata, spec) };
}

function readBoolean(value: Json): Json | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** Whoever writes `freeze` wants a freeze, whatever is wrong with the rest. */
function readFreeze(value: Json): Json | undefined {
  if (value === false) return undefined;
  const said: JsonObject = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  const who = typeof said.who === 'string' ? said.who : 'not said';
  const why = typeof said.why === 'string' ? said.why : 'not said';
  const isMoment = typeof said.until === 'string' && !Number.isNaN(Date.parse(said.until));
  return { who, why, ...(isMoment && { until: said.until }) };
}
