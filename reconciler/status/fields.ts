import { InvalidInput } from '../model/errors.ts';
import type { Json, JsonObject } from '../model/json.ts';

/** The text in a field of a status file. Throws InvalidInput `STATUS_FILE_UNREADABLE`, as the others here do. */
export function textField(path: string, field: string, value: Json | undefined): string {
  if (typeof value !== 'string') throw unusable(path, field);
  return value;
}

/** The text in a field that may be absent or null. */
export function optionalTextField(path: string, field: string, value: Json | undefined): string | undefined {
  return value === undefined || value === null ? undefined : textField(path, field, value);
}

export function numberField(path: string, field: string, value: Json | undefined): number {
  if (typeof value !== 'number') throw unusable(path, field);
  return value;
}

export function mapField(path: string, field: string, value: Json | undefined): JsonObject {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw unusable(path, field);
  return value;
}

export function listField(path: string, field: string, value: Json | undefined, max: number): Json[] {
  if (!Array.isArray(value) || value.length > max) throw unusable(path, field);
  return value;
}

export function wordField<T extends string>(
  path: string,
  field: string,
  value: Json | undefined,
  allowed: readonly T[],
): T {
  const found = allowed.find((word) => word === value);
  if (found === undefined) throw unusable(path, field);
  return found;
}

/** The error for a file of the status branch whose field is absent or of the wrong form. */
export function unusable(path: string, field: string): InvalidInput {
  return new InvalidInput(`The file ${JSON.stringify(path)} of the status branch has no usable ${field}.`, {
    code: 'STATUS_FILE_UNREADABLE',
    hint: 'The daemon writes it again when it finds it changed; nobody else should.',
  });
}
