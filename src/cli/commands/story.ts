// `jepa story`: the bouncing-ball story, which is `jepa run story`.

import { type ComputeOptions, executedJson, executedText, executeRun } from '../../experiment/index.ts';
import { type CommonOptions, withCommonOptions } from '../options.ts';
import type { CommandFile } from '../session.ts';

/** Adds the command. */
export const storyCommand: CommandFile = (program, session) => {
  const command = program
    .command('story')
    .description('tell the bouncing-ball story: train its models and write one page, story.html');
  withCommonOptions(command, 'run folder (default: runs/story-seed<k>)', { compute: true }).action(
    async (options: CommonOptions & ComputeOptions) => {
      const done = await executeRun(session, 'run', 'story', options);
      session.output.answer(executedJson(done), executedText(done));
    },
  );
};
