// The command line from arguments to exit code. The only file that knows commands, recipes and benchmarks.

import { CommanderError } from 'commander';
import { recipes } from '../recipes/index.ts';
import { commandProgram, exitCodeOf, outputFor } from '../src/cli/index.ts';
import { JepaError } from '../src/core/index.ts';
import { EXIT, interruptSignal, isInterruption, isUnheard } from '../src/experiment/index.ts';
import { benches } from './benches.ts';

const LINGER_MS = 2000;

/** Runs one command line (without `node` and the script) and returns its exit code: 0, 1, 2 or 130. */
export async function main(argv: readonly string[]): Promise<number> {
  const output = outputFor(argv);
  const { signal, release } = interruptSignal((line) => output.log(line));
  const commandLine = ['jepa', ...argv].map(quoted).join(' ');
  try {
    await commandProgram({ recipes, benches, output, signal, commandLine }).parseAsync(argv, { from: 'user' });
    return EXIT.ok;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return parsingOutcome(thrown, (error) => output.failure(error.code, error));
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (isInterruption(error, signal)) {
      if (!isUnheard(signal)) output.failure('interrupted', error);
      return EXIT.interrupted;
    }
    output.failure(error instanceof JepaError ? error.code : 'internal', error);
    return exitCodeOf(error);
  } finally {
    release();
  }
}

/** Commander throws for help and version too; what it calls an error is a mistake of the user. */
function parsingOutcome(thrown: CommanderError, fail: (error: JepaError) => void): number {
  if (thrown.exitCode === 0) return EXIT.ok;
  if (thrown.code === 'commander.help') return EXIT.mistake;
  const message = thrown.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  fail(new JepaError('usage', `${message}; see jepa --help`, { code: thrown.code }));
  return EXIT.mistake;
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replace(/'/g, `'\\''`)}'`;
}

/** The process's own command line. Called by bin/jepa.js. */
export async function start(): Promise<void> {
  process.exitCode = await main(process.argv.slice(2));
  // What was interrupted may have left work behind, which nobody waits for.
  if (process.exitCode === EXIT.interrupted) process.exit();
  // Threads that a recipe left behind must not keep a finished command alive; the timer itself keeps nothing alive.
  setTimeout(() => process.exit(), LINGER_MS).unref();
}
