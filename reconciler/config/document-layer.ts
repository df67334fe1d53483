import type { Finding } from '../../schema/finding.ts';
import { validateDaemonConfig } from '../../schema/validate.ts';
import { isFields, type Fields, type Layer } from './layer.ts';
import { invalidConfig, parseConfigDocument } from './parse-document.ts';

/**
 * The layer of a YAML document. It may leave out anything but its `apiVersion` and `kind`: what is missing may stand in
 * another source. `place` makes its paths absolute. Throws InvalidInput `CONFIG_INVALID`.
 */
export function documentLayer(text: string, source: string, place: (fields: Fields) => Fields): Layer {
  const document = parseConfigDocument(text, source);
  const { value } = document;
  if (!isFields(value)) {
    const findings = validateDaemonConfig(value);
    throw invalidConfig(findings.map((each) => `${document.locate(each)}: ${each.message}`));
  }
  const unnamed = ['apiVersion', 'kind'].filter((name) => value[name] === undefined || value[name] === null);
  if (unnamed.length > 0) {
    const at = document.locate({ pointer: '', at: 'value' });
    throw invalidConfig(unnamed.map((name) => `${at}: \`${name}\` is missing`));
  }
  return { source, fields: place(value), locate: (at) => document.locate(at) };
}

/** What is wrong with a layer by itself: everything but fields that another layer may hold. */
export function findingsOf(layer: Layer): Finding[] {
  return validateDaemonConfig(withoutEmpty(layer.fields)).filter(({ code }) => code !== 'missing-field');
}

/** Without the fields that a layer takes away. */
function withoutEmpty(fields: Fields): Fields {
  const kept = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(kept.map(([name, value]) => [name, isFields(value) ? withoutEmpty(value) : value]));
}
