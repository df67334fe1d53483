/** The version of everything that `-o json` and `-o yaml` print. Fields are added, never renamed, within one version. */
export const OUTPUT_VERSION = 'intendant/v1';

/** What a command returns: the same object for programs (`-o json`, `-o yaml`) that its text for people is made from. */
export interface OutputDocument {
  apiVersion: typeof OUTPUT_VERSION;
  kind: string;
  [field: string]: unknown;
}

export type OutputFormat = 'table' | 'json' | 'yaml';

/** An output document: the envelope around a command's own fields. */
export function outputDocument<Body extends object>(
  kind: string,
  body: Body,
): { apiVersion: typeof OUTPUT_VERSION; kind: string } & Body {
  return { apiVersion: OUTPUT_VERSION, kind, ...body };
}

/** The document as text in a machine's format, without a final newline. */
export async function serialize(document: object, format: 'json' | 'yaml'): Promise<string> {
  if (format === 'json') return JSON.stringify(document, undefined, 2);
  const { stringify } = await import('yaml');
  const plain: unknown = JSON.parse(JSON.stringify(document));
  return stringify(plain, { lineWidth: 0, compat: 'yaml-1.1' }).trimEnd();
}
