import { Bug } from '../model/errors.ts';
import { cleanLine } from './clean-text.ts';
import { parseFrame } from './frame.ts';
import { UPLOAD_SCRIPT } from './scripts/upload.ts';
import { verbCommand } from './verb.ts';
import type { VerbCommand } from './verb.ts';

export interface UploadFile {
  /** Absolute path of a file in an existing folder. */
  path: string;
  content: Uint8Array;
  /** Permission bits, such as 0o644. */
  mode: number;
}

/** The command that writes a file beside its target with its final mode and renames it. */
export function uploadCommand(call: { user: string; nonce: string }, file: UploadFile): VerbCommand {
  const { path, mode, content } = file;
  if (!/^(?:\/[^/\0\n]+)+$/.test(path) || path.split('/').some((part) => part === '.' || part === '..')) {
    throw new Bug('the path of an upload is not absolute and plain');
  }
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o7777) throw new Bug('the mode of an upload is no file mode');
  const args = [path, mode.toString(8).padStart(4, '0'), String(content.byteLength)];
  return verbCommand('upload', UPLOAD_SCRIPT, { ...call, args, stdin: content });
}

/** `written`, the host's reason why not, or undefined when the answer is not a complete one. */
export function parseUpload(
  output: string,
  nonce: string,
): { written: true } | { written: false; why: string } | undefined {
  const fields = parseFrame(output, nonce);
  if (fields?.get('state') === 'written') return { written: true };
  if (fields?.get('state') === 'error') return { written: false, why: cleanLine(fields.get('message') ?? '') };
  return undefined;
}
