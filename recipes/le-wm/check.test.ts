import { expect, test } from 'vitest';
import { applySettings } from '../../src/cli/index.ts';
import { twoRoom } from '../two-room.ts';
import { checkExperiment } from './check.ts';

test('the recipe as it stands is accepted', () => {
  expect(() => checkExperiment(twoRoom.config())).not.toThrow();
});

test.each([
  ['env.imageSize=96', /model.encoder.imageSize must be env.imageSize = 96, got 64/],
  ['data.frameSkip=4', /model.actionDim must be .* 4 x 2, got 10/],
  ['data.frames=5', /data.frames must lie between 2 and model.history \+ 1 = 4, got 5/],
  ['plan.history=4', /plan.history must lie between 1 and model.history = 3, got 4/],
  ['collect.maxSteps=15', /20 steps, got 15/],
  ['evals.surpriseAt=9', /evals.surpriseSteps = 8, got 9/],
  ['model.encoder.patchSize=7', /imageSize 64 must be a multiple of patchSize 7/],
])('%s is refused before anything is collected', (setting, message) => {
  expect(() => checkExperiment(applySettings(twoRoom.config(), [setting]))).toThrow(message);
});
