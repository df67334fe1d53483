import { pointerSegment } from '../../schema/finding.ts';
import { isFields, type Fields, type Layer } from './layer.ts';

/** All layers as one document, and the layer that each of its values comes from. */
export interface MergedFields {
  fields: Fields;
  /** By JSON pointer of each text, number, list or empty map. */
  origins: Map<string, Layer>;
}

/** Ways to say one thing, of which one is meant: where a stronger layer says it another way, the weaker way is gone. */
const ALTERNATIVES = [
  ['keyFile', 'keyEnv', 'agent'],
  ['passwordFile', 'passwordEnv'],
  ['sudoPasswordFile', 'sudoPasswordEnv'],
  ['tokenFile', 'tokenEnv'],
  ['secretFile', 'secretEnv'],
];
/** Belongs to the key of a weaker layer, and goes with it. */
const OF_THE_KEY = 'passphraseEnv';

/** Lays the layers over one another, weakest first: maps are merged at every depth, everything else is replaced whole. */
export function mergeLayers(layers: readonly Layer[]): MergedFields {
  const merged: MergedFields = { fields: {}, origins: new Map() };
  for (const layer of layers) mergeInto(merged.fields, layer.fields, '', layer, merged.origins);
  return merged;
}

function mergeInto(target: Fields, from: Fields, at: string, layer: Layer, origins: Map<string, Layer>): void {
  for (const other of supersededBy(from)) remove(target, other, at, origins);
  for (const [name, value] of Object.entries(from)) {
    if (name === '__proto__') continue;
    const pointer = `${at}/${pointerSegment(name)}`;
    if (value === null) {
      remove(target, name, at, origins);
    } else if (isFields(value)) {
      let inner = Object.hasOwn(target, name) ? target[name] : undefined;
      if (!isFields(inner)) {
        remove(target, name, at, origins);
        target[name] = inner = {};
      }
      mergeInto(inner as Fields, value, pointer, layer, origins);
      if (Object.keys(inner as Fields).length === 0) origins.set(pointer, layer);
      else origins.delete(pointer);
    } else {
      remove(target, name, at, origins);
      target[name] = value;
      origins.set(pointer, layer);
    }
  }
}

function supersededBy(from: Fields): string[] {
  const given = (name: string): boolean => from[name] !== undefined && from[name] !== null;
  const gone = ALTERNATIVES.filter((ways) => ways.some(given)).flatMap((ways) => ways.filter((way) => !given(way)));
  return gone.includes('keyFile') || gone.includes('keyEnv') ? [...gone, OF_THE_KEY] : gone;
}

function remove(target: Fields, name: string, at: string, origins: Map<string, Layer>): void {
  if (!Object.hasOwn(target, name)) return;
  delete target[name];
  const pointer = `${at}/${pointerSegment(name)}`;
  for (const key of origins.keys()) if (key === pointer || key.startsWith(`${pointer}/`)) origins.delete(key);
}
