import type { Context, Emitter, Liquid, Template } from 'liquidjs';
import { TEMPLATE_LIMITS } from './limits.ts';

/** A template went over a limit, or wrote what is no text. The message is a sentence. */
export class RenderStop extends Error {}

/** Collects what is written, and charges it to what the template may make in all. */
class BoundedEmitter implements Emitter {
  buffer = '';
  readonly #memory: Context['memoryLimit'];

  constructor(memory: Context['memoryLimit']) {
    this.#memory = memory;
  }

  write(value: unknown): void {
    const text = textOf(value);
    this.#memory.use(text.length);
    this.buffer += text;
  }
}

/** The library would print `[object Object]`, and lists without anything between their entries. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) throw new RenderStop('a list cannot be printed: use `| join: ","` or `| json`');
  if (typeof value === 'object' || typeof value === 'function') {
    throw new RenderStop('a map cannot be printed: name one of its fields, or use `| json`');
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Puts our bounds around how the library renders: every part is counted, loops at each turn, and all that is written and captured.
 * The library's own bound is a time, which would make a rendering depend on the machine.
 */
export function boundRendering(engine: Liquid): void {
  const steps = new WeakMap<Context, number>();
  engine.renderer.renderTemplates = function* (templates: Template[], context: Context, into?: Emitter) {
    const emitter = into ?? new BoundedEmitter(context.memoryLimit);
    const count = (steps.get(context) ?? 0) + 1 + templates.length;
    steps.set(context, count);
    if (count > TEMPLATE_LIMITS.steps) {
      throw new RenderStop(`it has more than ${TEMPLATE_LIMITS.steps} parts to render: make its loops shorter`);
    }
    for (const template of templates) {
      try {
        const written: unknown = yield template.render(context, emitter);
        if (written) emitter.write(written);
      } catch (error) {
        throw placed(error, template);
      }
      if (context.breakCalled || context.continueCalled) break;
    }
    return emitter.buffer;
  };
}

/** An error of ours or of the language gets the place of the innermost part that it came from. */
function placed(error: unknown, template: Template): unknown {
  const hasPlace = typeof error === 'object' && error !== null && 'token' in error;
  if (!hasPlace && error instanceof Error) Object.defineProperty(error, 'token', { value: template.token });
  return error;
}
