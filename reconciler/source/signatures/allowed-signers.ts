import { InvalidInput } from '../../model/errors.ts';
import { readSshKey } from './ssh-key.ts';
import { strictBase64 } from './ssh-reader.ts';
import { SignatureCode, type SignerFile } from './signature.ts';
import { GIT_NAMESPACE } from './sshsig.ts';

/** A line of an allowed_signers file. */
export interface AllowedSigner {
  line: number;
  principals: string[];
  /** The key's blob in base64. */
  key: string;
  /** False: its `namespaces` do not hold `git`. */
  forGit: boolean;
  /** Milliseconds since 1970, both included. */
  validAfter?: number;
  validBefore?: number;
}

/** Quotes hold a field together. */
const FIELD = /^(?:"([^"]*)"|([^\s"]+))(?:\s+|$)/;
/** `name`, `name=value` or `name="value"`, up to a comma or the end. */
const OPTION = /^([A-Za-z-]+)(?:=(?:"([^"]*)"|([^",]*)))?(?:,|$)/;
const KEY_TYPE = /^(?:ssh|ecdsa|sk|webauthn)-[A-Za-z0-9@.-]+$/;
const TIME = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(Z?)$/i;

/**
 * Reads a file in the format of `ssh-keygen`'s ALLOWED SIGNERS. Throws InvalidInput `SIGNERS_INVALID` naming file and line for
 * what cannot be read, and for what is not supported: certificate authorities, and patterns in place of names.
 */
export function parseAllowedSigners({ path, text }: SignerFile): AllowedSigner[] {
  const signers: AllowedSigner[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    try {
      signers.push(parseLine(line, index + 1));
    } catch (error) {
      if (error instanceof RangeError) throw invalid(`${path}:${index + 1}: ${error.message}.`);
      throw error;
    }
  }
  if (signers.length === 0) throw invalid(`${path} names no key.`);
  return signers;
}

function parseLine(line: string, number: number): AllowedSigner {
  const [names, rest] = takeField(line);
  const principals = names.split(',').filter((name) => name !== '');
  if (principals.length === 0) throw new RangeError('it names nobody');
  if (principals.some((name) => /[*?!]/.test(name))) {
    throw new RangeError('a pattern says of nobody who signed; name who the key belongs to');
  }
  const [options, keyPart] = KEY_TYPE.test(rest.split(/\s/, 1)[0]!) ? ['', rest] : takeOptions(rest);
  const [type, afterType] = takeField(keyPart);
  const [key] = takeField(afterType);
  const blob = strictBase64(key);
  if (!KEY_TYPE.test(type) || !blob) throw new RangeError('there is no public key on it');
  const read = readSshKey(blob);
  if ('unsupported' in read) throw new RangeError(`the key ${read.unsupported}`);
  if (read.type !== type) throw new RangeError('the key is not of the type that stands before it');
  return { line: number, principals, key, forGit: true, ...parseOptions(options) };
}

function takeField(text: string): [field: string, rest: string] {
  const found = FIELD.exec(text);
  if (!found) throw new RangeError('it is not "names, options, key"');
  return [found[1] ?? found[2]!, text.slice(found[0].length)];
}

/** Options end at a space that is not within quotes. */
function takeOptions(text: string): [options: string, rest: string] {
  const found = /^((?:[^\s"]|"[^"]*")+)\s+/.exec(text);
  if (!found) throw new RangeError('there is no public key on it');
  return [found[1]!, text.slice(found[0].length)];
}

function parseOptions(text: string): Partial<AllowedSigner> {
  const options: Partial<AllowedSigner> = {};
  for (let rest = text; rest !== '';) {
    const found = OPTION.exec(rest);
    if (!found) throw new RangeError('its options cannot be read');
    rest = rest.slice(found[0].length);
    const value = found[2] ?? found[3] ?? '';
    switch (found[1]!.toLowerCase()) {
      case 'namespaces':
        options.forGit = holdsGit(value);
        break;
      case 'valid-after':
        options.validAfter = parseTime(value);
        break;
      case 'valid-before':
        options.validBefore = parseTime(value);
        break;
      case 'cert-authority':
        throw new RangeError('certificate authorities are not supported; name the keys of the people');
      default:
        throw new RangeError(`the option ${JSON.stringify(found[1]!.slice(0, 40))} is not known`);
    }
  }
  return options;
}

function holdsGit(namespaces: string): boolean {
  const names = namespaces.split(',').map((name) => name.trim());
  if (names.some((name) => name !== '*' && /[*?!]/.test(name))) {
    throw new RangeError('patterns in namespaces are not supported; name them');
  }
  return names.some((name) => name === GIT_NAMESPACE || name === '*');
}

/** `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`: in the zone of this machine, with a `Z` in UTC. */
function parseTime(text: string): number {
  const found = TIME.exec(text);
  if (!found)
    throw new RangeError(
      `${JSON.stringify(text.slice(0, 40))} is no time; write YYYYMMDD or YYYYMMDDHHMM[SS], with a Z for UTC`,
    );
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((part) => Number(found[part] ?? 0));
  const parts = [year!, month! - 1, day!, hour!, minute!, second!] as const;
  const ms = found[7] ? Date.UTC(...parts) : new Date(...parts).getTime();
  const date = new Date(ms);
  const [m, d] = found[7] ? [date.getUTCMonth(), date.getUTCDate()] : [date.getMonth(), date.getDate()];
  if (m !== month! - 1 || d !== day || hour! > 23 || minute! > 59 || second! > 59)
    throw new RangeError(`${text} is no time`);
  return ms;
}

function invalid(message: string): InvalidInput {
  return new InvalidInput(message, {
    code: SignatureCode.badSigners,
    hint: 'Correct the file; it is read again at the next look at the repository.',
  });
}
