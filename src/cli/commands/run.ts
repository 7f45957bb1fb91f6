// `jepa run RECIPE`: a whole experiment.

import { type ComputeOptions, executedJson, executedText, executeRun } from '../../experiment/index.ts';
import {
  type CommonOptions,
  type DataOptions,
  settingsWithData,
  withCommonOptions,
  withDataOptions,
} from '../options.ts';
import type { CommandFile } from '../session.ts';

/** Adds the command. */
export const runCommand: CommandFile = (program, session) => {
  const command = program
    .command('run')
    .description('do a whole experiment: collect or load, train, evaluate, plan, report')
    .argument('<recipe>', 'name of a recipe (see `jepa list`), or the path of a module that exports one');
  withDataOptions(command, 'dataset to use instead of collecting one');
  withCommonOptions(command, 'run folder (default: runs/<recipe>-seed<k>)', { compute: 'training' }).action(
    async (recipe: string, options: CommonOptions & DataOptions & ComputeOptions) => {
      const done = await executeRun(session, 'run', recipe, settingsWithData(options));
      session.output.answer(executedJson(done), executedText(done));
    },
  );
};
