import { Sensitive } from '../../reconciler/model/sensitive.ts';
import type { StandardInput } from '../../reconciler/hosts/transport.ts';

/** The bytes that a command reads, as its host gets them. */
export function bytesOf(input: StandardInput | undefined): Buffer {
  return Buffer.from((input instanceof Sensitive ? input.reveal() : input) ?? '');
}
