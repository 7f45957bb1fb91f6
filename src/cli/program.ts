// The commands, put together.

import { Command } from 'commander';
import { ownVersion } from '../run/node.ts';
import { benchCommand } from './commands/bench.ts';
import { collectCommand } from './commands/collect.ts';
import { compareCommand } from './commands/compare.ts';
import { doctorCommand } from './commands/doctor.ts';
import { evalCommand } from './commands/eval.ts';
import { exportCommand } from './commands/export.ts';
import { fetchCommand } from './commands/fetch.ts';
import { inspectCommand } from './commands/inspect.ts';
import { listCommand } from './commands/list.ts';
import { planCommand } from './commands/plan.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { storyCommand } from './commands/story.ts';
import { sweepCommand } from './commands/sweep.ts';
import { trainCommand } from './commands/train.ts';
import type { CommandFile, CommandSession } from './session.ts';

const COMMANDS: readonly CommandFile[] = [
  runCommand,
  storyCommand,
  collectCommand,
  trainCommand,
  evalCommand,
  planCommand,
  reportCommand,
  compareCommand,
  sweepCommand,
  exportCommand,
  inspectCommand,
  fetchCommand,
  listCommand,
  doctorCommand,
  benchCommand,
];

/** The whole command line; parsing errors are thrown, not printed. */
export function commandProgram(session: CommandSession): Command {
  const program = new Command('jepa')
    .description('learn how a world works by watching it, act in it by planning in imagination')
    .version(ownVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .exitOverride()
    // So that options behind `bench control` are not taken for those of `bench`.
    .enablePositionalOptions()
    .configureOutput({ outputError: () => {} })
    .showSuggestionAfterError(true);
  for (const add of COMMANDS) add(program, session);
  return program.addHelpText(
    'after',
    '\nEvery command takes --json and --quiet; jepa COMMAND --help names its other options.\n' +
      'Exit codes: 0 success, 1 fault of the program, 2 mistake in what was asked, 130 interrupted.\n\n' +
      'Begin with: jepa run two-room',
  );
}
