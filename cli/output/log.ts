import { pino } from 'pino';
import type { Paint } from './paint.ts';
import { plainLine } from './plain.ts';

/** Structured log: a constant message and the facts beside it. */
export interface Log {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

export interface LogOptions {
  write: (text: string) => void;
  /** True: lines for a person who watches. False: one JSON object a line. */
  forPeople: boolean;
  paint: Paint;
  /** Wall clock, milliseconds. */
  now: () => number;
}

/** The daemon's log. What goes in holds no secrets: those are `Sensitive`, and print as `(sensitive)`. */
export function createLog(options: LogOptions): Log {
  if (options.forPeople) return logForPeople(options);
  const base = { base: undefined, timestamp: () => `,"time":"${new Date(options.now()).toISOString()}"` };
  const logger = pino(
    { ...base, formatters: { level: (level) => ({ level }) }, serializers: { error: pino.stdSerializers.err } },
    { write: options.write },
  );
  return {
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}

function logForPeople({ write, paint, now }: LogOptions): Log {
  const line = (level: string, fields: Record<string, unknown>, message: string): void => {
    const facts = Object.entries(fields).map(([name, value]) => paint('quiet', `${name}=${plainLine(shown(value))}`));
    const time = new Date(now()).toISOString().slice(11, 19);
    write(`${[paint('quiet', time), ...(level ? [level] : []), plainLine(message), ...facts].join(' ')}\n`);
  };
  return {
    info: (fields, message) => line('', fields, message),
    warn: (fields, message) => line(paint('attention', 'warning:'), fields, message),
    error: (fields, message) => line(paint('bad', 'error:'), fields, message),
  };
}

function shown(value: unknown): string {
  if (value instanceof Error) return value.message;
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
}
