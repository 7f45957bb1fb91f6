// `jepa plan RUN`: plans episodes with the model of a run, and makes the animation of them.

import { dirname, resolve } from 'node:path';
import { JepaError } from '../../core/index.ts';
import { writeFileAtomic } from '../../data/node.ts';
import {
  type ComputeOptions,
  type Executed,
  executedJson,
  executedText,
  executeOnRun,
} from '../../experiment/index.ts';
import { episodesGif } from '../../report/index.ts';
import { makeFolder, readRollouts, readRunFile } from '../../run/node.ts';
import { type CommonOptions, type ModelOptions, wholeNumber, withOptions } from '../options.ts';
import type { CommandFile, CommandSession } from '../session.ts';

interface PlanOptions extends CommonOptions, ModelOptions, ComputeOptions {
  readonly gif?: string;
  readonly recorded?: boolean;
  readonly episodes: number;
  readonly width: number;
}

/** Adds the command. */
export const planCommand: CommandFile = (program, session) => {
  const command = program
    .command('plan')
    .description('plan episodes with the model of a run; --gif makes an animation of them')
    .argument('<run>', 'run folder')
    .option('--gif <file>', 'write an animated GIF of the planned episodes')
    .option('--recorded', 'use the episodes that the run folder already holds instead of planning new ones')
    .option('--episodes <n>', 'episodes in the GIF', wholeNumber, 4)
    .option('--width <pixels>', 'largest width of the GIF', wholeNumber, 620);
  const out = 'folder for the episodes (default: the run folder)';
  withOptions(command, { seed: true, out, set: true, model: true, compute: true }).action(
    async (run: string, options: PlanOptions) => {
      if (options.recorded === true) refuseUnread(options);
      const done = options.recorded === true ? recorded(run) : await executeOnRun(session, 'plan', run, options);
      const gif =
        options.gif === undefined ? {} : writeGif(session, options.out ?? run, done.digest, options.gif, options);
      const text = options.gif === undefined ? '' : `\ngif     ${options.gif}`;
      session.output.answer({ ...executedJson(done), ...gif }, `${executedText(done)}${text}`);
    },
  );
};

/** Recorded episodes are as they are: nothing is drawn or configured anew. */
function refuseUnread({ seed, set, trustRecipe, recipe, allowOlderCheckpoint, device, threads }: PlanOptions): void {
  const unread: Readonly<Record<string, boolean>> = {
    '--seed': seed !== undefined,
    '--set': set.length > 0,
    '--trust-recipe': trustRecipe === true,
    '--recipe': recipe !== undefined,
    '--allow-older-checkpoint': allowOlderCheckpoint === true,
    '--device': device !== undefined,
    '--threads': threads !== undefined,
  };
  const given = Object.keys(unread).filter((name) => unread[name]);
  if (given.length > 0) {
    throw new JepaError(
      'usage',
      `plan --recorded draws the episodes that are there, got ${given.join(' and ')} beside it; leave that out`,
    );
  }
}

function recorded(dir: string): Executed {
  const { recipe, seed, minutes, metrics } = readRunFile(dir);
  return { recipe, seed, run: dir, minutes: minutes ?? 0, metrics: metrics ?? {} };
}

function writeGif(
  session: CommandSession,
  dir: string,
  digest: string | undefined,
  path: string,
  options: PlanOptions,
): object {
  const folder = digest === undefined ? 'rollouts' : `rollouts@${digest}`;
  session.output.log('drawing the episodes');
  const { bytes, width, height, frames } = episodesGif(readRollouts(dir, options.episodes, folder), {
    width: options.width,
  });
  makeFolder(dirname(resolve(path)));
  writeFileAtomic(path, [bytes]);
  return { gif: { path, width, height, frames, bytes: bytes.length } };
}
