import { Command, Flags } from '@oclif/core';
import type { Interfaces } from '@oclif/core';
import { Transient } from '../reconciler/model/errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { serialize, type OutputDocument, type OutputFormat } from './output/document.ts';
import type { Log } from './output/log.ts';
import type { OpenedFleet, ViewFlagValues } from './open-fleet.ts';
import { paintFor, type Paint } from './output/paint.ts';
import { createProgress, type Progress } from './output/progress.ts';
import { terminalOf, type Terminal } from './output/terminal.ts';

/** How a result is shown to people. */
export interface Screen extends Terminal {
  paint: Paint;
}

/** What a command answers: the object for programs, the text for people made from it, and how to exit. */
export interface CommandAnswer<Document extends OutputDocument = OutputDocument> {
  document: Document;
  /** Called for `-o table` only; without a final newline. An empty text prints nothing. */
  text: (screen: Screen) => string;
  /** For commands that offer `-o markdown`: the text for a comment on a review; without a final newline. */
  markdown?: () => string;
  /** Default `EXIT.ok`. */
  exitCode?: ExitCode;
}

type FlagsOf<T extends typeof Command> = Interfaces.InferredFlags<(typeof BaseCommand)['baseFlags'] & T['flags']>;
type ArgsOf<T extends typeof Command> = Interfaces.InferredArgs<T['args']>;

/**
 * What every command shares: `-o`, the terminal, progress on stderr, and interruption. A command implements `answer`:
 * parse nothing, call, return an object. Stdout is data; everything said on the way goes to stderr.
 */
export abstract class BaseCommand<T extends typeof Command> extends Command {
  static override baseFlags = {
    output: Flags.option({
      char: 'o',
      options: ['table', 'json', 'yaml'] as const,
      default: 'table' as const,
      summary: 'How to print the result: a table for people, or an object for programs.',
    })(),
  };

  declare protected flags: FlagsOf<T>;
  declare protected args: ArgsOf<T>;
  /** Stdout, where results go. */
  protected readonly screen: Screen = screenOf(process.stdout);
  /** Stderr, where talk goes. */
  protected readonly talk: Screen = screenOf(process.stderr);
  protected readonly progress: Progress = createProgress(process.stderr, this.talk);
  readonly #interruption = new AbortController();

  /** Does the work. Throws for what did not work; an unhealthy answer is an answer, with an exit code. */
  protected abstract answer(signal: AbortSignal): Promise<CommandAnswer | undefined>;

  override async init(): Promise<void> {
    await super.init();
    const { flags, args } = await this.parse({
      flags: this.ctor.flags,
      baseFlags: (super.ctor as typeof BaseCommand).baseFlags,
      args: this.ctor.args,
      strict: this.ctor.strict,
    });
    this.flags = flags as FlagsOf<T>;
    this.args = args as ArgsOf<T>;
  }

  override async run(): Promise<OutputDocument | undefined> {
    const stopListening = this.#listenForInterruption();
    try {
      const answer = await this.answer(this.#interruption.signal);
      this.progress.stop();
      if (answer === undefined) return undefined;
      await this.#print(answer);
      if (answer.exitCode) this.exit(answer.exitCode);
      return answer.document;
    } finally {
      this.progress.stop();
      stopListening();
    }
  }

  /** The log of long-running work, on stderr: for people on a terminal, JSON otherwise. `quiet` drops it all. */
  protected async openLog({ quiet = false } = {}): Promise<Log> {
    const { createLog } = await import('./output/log.ts');
    const write = (text: string): void => void (quiet || process.stderr.write(text));
    return createLog({ write, forPeople: this.talk.interactive, paint: this.talk.paint, now: () => Date.now() });
  }

  /** Opens the fleet for reading and says on stderr which view answers. The caller closes it. */
  protected async openFleet(flags: ViewFlagValues, signal: AbortSignal): Promise<OpenedFleet> {
    const { openFleet } = await import('./open-fleet.ts');
    const { describeView } = await import('../reconciler/view/open-view.ts');
    this.progress.step('Asking what is known of the fleet');
    const fleet = await openFleet(flags, signal);
    this.progress.note(this.talk.paint('quiet', describeView(fleet.info, Date.now())));
    return fleet;
  }

  async #print(answer: CommandAnswer): Promise<void> {
    const text = await this.#written(answer, this.flags.output);
    if (text !== '') this.log('%s', text);
  }

  async #written(answer: CommandAnswer, format: OutputFormat | 'markdown'): Promise<string> {
    if (format === 'table') return answer.text(this.screen);
    if (format === 'markdown') return answer.markdown?.() ?? '';
    return serialize(answer.document, format);
  }

  /** The first Ctrl-C or SIGTERM asks the work to end; a second one ends the process at once. */
  #listenForInterruption(): () => void {
    const onSignal = (): void => {
      if (this.#interruption.signal.aborted) process.exit(EXIT.interrupted);
      this.#interruption.abort(new Transient('Interrupted.', { code: 'INTERRUPTED' }));
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    return () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    };
  }
}

function screenOf(stream: NodeJS.WriteStream): Screen {
  const terminal = terminalOf(stream, process.env);
  return { ...terminal, paint: paintFor(terminal.color) };
}
