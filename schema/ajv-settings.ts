import type { Options } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { FORMATS } from './formats.ts';

/** What every validator of ours is made with. */
export const AJV_OPTIONS: Options = {
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
  discriminator: true,
};

/** Annotations of ours that say nothing about validity. */
export const ANNOTATIONS = ['ref', 'owner', 'mutable', 'inherited', 'form', 'quiet'].map(
  (word) => `x-intendant-${word}`,
);

/** Every format that our schemas use. */
export const ALL_FORMATS = { 'date-time': fullFormats['date-time'], ...FORMATS } as const;
