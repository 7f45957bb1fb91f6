// `jepa train RECIPE`: only the training of an experiment.

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
export const trainCommand: CommandFile = (program, session) => {
  const command = program
    .command('train')
    .description('train the model of a recipe into a run folder')
    .argument('<recipe>', 'name of a recipe, or the path of a module that exports one');
  withDataOptions(command, 'dataset to train on, such as one made by `jepa collect`');
  withCommonOptions(command, 'run folder (default: runs/<recipe>-seed<k>)', { compute: 'training' }).action(
    async (recipe: string, options: CommonOptions & DataOptions & ComputeOptions) => {
      const done = await executeRun(session, 'train', recipe, settingsWithData(options));
      session.output.answer(executedJson(done), executedText(done));
    },
  );
};
