import { InvalidInput } from '../../reconciler/model/errors.ts';

const NAME = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/;

/**
 * The name of a new fleet: the one asked for, which must be a valid name (throws InvalidInput `USAGE`), or one made of the
 * folder's name.
 */
export function fleetName(asked: string | undefined, folder: string): string {
  if (asked === undefined) return nameFrom(folder);
  if (NAME.test(asked) && !asked.includes('..')) return asked;
  throw new InvalidInput(`"${asked}" cannot be the name of a fleet.`, {
    code: 'USAGE',
    hint: `Use lower-case letters, digits, "-" and ".", for example "${nameFrom(asked)}".`,
  });
}

function nameFrom(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 63)
    .replace(/-+$/, '');
  return name || 'fleet';
}
