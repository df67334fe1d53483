import { createRequire } from 'node:module';
import type { Liquid, LiquidOptions } from 'liquidjs';
import { quoteWord } from '../hosts/command.ts';
import { boundRendering } from './bounded.ts';
import { TEMPLATE_LIMITS } from './limits.ts';
import { FILTERS, TAGS } from './words.ts';

let engine: Liquid | undefined;

/**
 * The template language as we allow it: no files, no clock, no chance, only own properties of what is given, unknown names are errors.
 * Loaded with the first template.
 */
export function templateEngine(): Liquid {
  engine ??= createEngine();
  return engine;
}

function createEngine(): Liquid {
  const library = createRequire(import.meta.url)('liquidjs') as { Liquid: new (options: LiquidOptions) => Liquid };
  const made = new library.Liquid({
    // Without a map of templates the library would read files of the working folder.
    templates: {},
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    // `{% if network %}` and `| default:` may ask for what is not there.
    lenientIf: true,
    parseLimit: TEMPLATE_LIMITS.text,
    memoryLimit: TEMPLATE_LIMITS.characters,
  });
  made.registerFilter('shellquote', (value: unknown) => quoteWord(String(value)));
  keepOnly(made.filters, FILTERS);
  keepOnly(made.tags, TAGS);
  boundRendering(made);
  return made;
}

function keepOnly(words: Record<string, unknown>, kept: readonly string[]): void {
  for (const word of Object.keys(words)) if (!kept.includes(word)) delete words[word];
}
