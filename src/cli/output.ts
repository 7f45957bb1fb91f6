// What a command prints and where: results on standard output, everything else on standard error. With `--json` the last
// line of standard output is one JSON object and everything human goes to standard error.

import { Console } from 'node:console';
import { JepaError } from '../core/index.ts';
import { EXIT, type ProgressLine, progressReporter } from '../experiment/index.ts';
import { visible } from './visible.ts';

/** The streams of one command. */
export interface Output {
  readonly json: boolean;
  log(line: string): void;
  progress(line: ProgressLine): void;
  /** The command's result, for programs and for people. */
  answer(json: object, text: string): void;
  /** A failure. The stack is printed for faults of the program only. */
  failure(code: string, error: Error): void;
}

const MISTAKES: readonly string[] = ['usage', 'shape', 'data', 'corrupt', 'checkpoint'];

/** The exit code that goes with an error. */
export function exitCodeOf(error: unknown): number {
  return error instanceof JepaError && MISTAKES.includes(error.code) ? EXIT.mistake : EXIT.fault;
}

/** Output as the flags `--json` and `--quiet` in `argv` ask for it; read before parsing, so that they hold for mistakes. */
export function outputFor(argv: readonly string[]): Output {
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const json = own.includes('--json');
  const quiet = own.includes('--quiet') || own.includes('-q');
  const reporter = progressReporter(process.stderr);
  // Whatever a library prints must not end up in the JSON stream.
  if (json) globalThis.console = new Console(process.stderr, process.stderr);
  const printJson = (value: object): void => {
    process.stdout.write(`${visible(JSON.stringify(value))}\n`);
  };
  return {
    json,
    log: (line) => {
      if (!quiet) reporter.print(visible(line));
    },
    progress: (line) => {
      if (!quiet) reporter.show(line);
    },
    answer(value, text) {
      reporter.end();
      if (json) {
        if (!quiet && text !== '') process.stderr.write(`${visible(text)}\n`);
        printJson(value);
      } else if (text !== '') process.stdout.write(`${visible(text)}\n`);
    },
    failure(code, error) {
      reporter.end();
      const known = error instanceof JepaError || code === 'interrupted';
      process.stderr.write(
        visible(known ? `jepa: ${error.message}\n` : `jepa: internal fault\n${error.stack ?? error.message}\n`),
      );
      const details = error instanceof JepaError ? error.details : {};
      if (json) printJson({ error: { code, message: error.message, details } });
    },
  };
}
