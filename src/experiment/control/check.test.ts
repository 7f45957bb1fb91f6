import { expect, test } from 'vitest';
import { twoRoom } from '../../../recipes/two-room.ts';
import { applySettings } from '../settings.ts';
import { checkExperiment } from './check.ts';

test('the recipe as it stands is accepted', () => {
  expect(() => checkExperiment(twoRoom.config())).not.toThrow();
});

test.each([
  ['env.imageSize=96', /pictures of models.le-wm must be env.imageSize = 96, got 64/],
  ['data.frameSkip=4', /action blocks of models.le-wm must be .* 4 x 2, got 10/],
  ['models.le-wm.train.frames=1', /models.le-wm.train.frames must be at least 2, got 1/],
  ['plan.history=0', /plan.history must be at least 1, got 0/],
  ['model=le-vm', /did you mean 'le-wm'/],
  ['plan.also=["icm"]', /did you mean 'icem'/],
  ['plan.planner.solver=cem/lewm', /did you mean 'cem\/le-wm'/],
  ['collect.maxSteps=15', /20 steps, got 15/],
  ['evals.surpriseAt=9', /evals.surpriseSteps = 8, got 9/],
  ['models.le-wm.world.encoder.patchSize=7', /imageSize 64 must be a multiple of patchSize 7/],
])('%s is refused before anything is collected', (setting, message) => {
  expect(() => checkExperiment(applySettings(twoRoom.config(), [setting]))).toThrow(message);
});
