// `jepa collect RECIPE`: only the data of an experiment.

import { executeCollect, executedJson, executedText } from '../../experiment/index.ts';
import { type CommonOptions, withCommonOptions } from '../options.ts';
import type { CommandFile } from '../session.ts';

/** Adds the command. */
export const collectCommand: CommandFile = (program, session) => {
  const command = program
    .command('collect')
    .description('collect the dataset of a recipe')
    .argument('<recipe>', 'name of a recipe, or the path of a module that exports one');
  withCommonOptions(command, 'dataset folder (default: runs/<recipe>-seed<k>-data)').action(
    async (recipe: string, options: CommonOptions) => {
      const done = await executeCollect(session, recipe, options);
      session.output.answer(executedJson(done), executedText(done));
    },
  );
};
