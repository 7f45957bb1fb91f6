import { expect, test } from 'vitest';
import { recipes } from '../../../recipes/index.ts';
import { twoRoom } from '../../../recipes/two-room.ts';
import { configured, reconfigured } from '../configure.ts';
import { checkExperiment } from './check.ts';
import { migrateControl } from './migrate.ts';

test('the recipe as it stands is accepted', () => {
  expect(() => checkExperiment(twoRoom.config())).not.toThrow();
});

test.each([
  ['model.encoder.imageSize=96', /pictures of the model must be env.imageSize = 64, got 96/],
  ['env.imageSize=90', /imageSize 90 must be a multiple of patchSize 16/],
  [
    'model.inverse={"weight":1,"hidden":8,"steps":4}',
    /over 4 blocks needs clips of at least 5 frames, got 4; set train/,
  ],
  ['model.rollout={"weight":1}', /a rollout of 2 steps from 3 frames needs clips of at least 5 frames, got 4/],
  ['model.rollout={"weight":1,"context":4}', /a rollout begins from at most history = 3 frames, got 4/],
  ['model.proprio={"stateDim":2,"numbers":{"at":[2],"mean":[0],"std":[1]},"weight":1}', /components below 2/],
  ['data.frameSkip=4', /action blocks of the model must be .* 4 x 2, got 10/],
  ['train.frames=1', /'train.frames' must be a whole number from 2 to 1000, got 1/],
  ['train.batchSize=-4', /'train.batchSize' must be a whole number from 2 to 65536, got -4/],
  ['train.learningRate=-1', /'train.learningRate' must be a number above 0, got -1/],
  ['model.predictor.dropout=2', /'model.predictor.dropout' must be a number of at least 0 and below 1, got 2/],
  ['model.encoder.depth=1.5', /'model.encoder.depth' must be a whole number of at least 1, got 1.5/],
  ['data.workers=1000', /'data.workers' must be a whole number from 0 to 64, got 1000/],
  ['train.stpes=1', /did you mean 'train.steps'\? known under 'train'/],
  ['model.weights.inverse=1', /unknown setting 'model.weights.inverse'.*known under 'model': kind, encoder/],
  ['plan.history=0', /'plan.history' must be a whole number of at least 1, got 0/],
  ['model=le-vm', /did you mean 'le-wm'/],
  ['plan.also=["icm"]', /did you mean 'icem'/],
  ['plan.protocols=["strict","rest"]', /its protocols are strict, paper, reset, clear-moderate, clear-strict/],
  ['plan.protocols=["paper","paper"]', /must name each protocol once, got paper, paper/],
  ['plan.protocols=[]', /'plan.protocols' must/],
  ['plan.planner.solver=cem/lewm', /did you mean 'cem\/le-wm'/],
  ['collect.maxSteps=15', /20 steps, got 15/],
  ['evals.surpriseAt=9', /evals.surpriseSteps = 8, got 9/],
  ['model.encoder.patchSize=7', /imageSize 64 must be a multiple of patchSize 7/],
])('%s is refused before anything is collected', (setting, message) => {
  expect(() => checkExperiment(configured(twoRoom, [setting]))).toThrow(message);
});

test('every model of every recipe fits its schema, and comes back as it was from its record', () => {
  for (const recipe of recipes) {
    for (const name of Object.keys(recipe.presets?.().model ?? {})) {
      const config = configured(recipe, [`model=${name}`]);
      expect(reconfigured(recipe, JSON.parse(JSON.stringify(config)))).toEqual(config);
    }
  }
});

test('a configuration recorded when every model stood in it opens as one that has its model', () => {
  const { model, modelName, train, ...rest } = twoRoom.config();
  const { checkpointEvery, logEvery, instrumentsEvery, ...own } = train;
  const recorded = {
    ...rest,
    model: modelName,
    models: {
      [modelName]: { world: model, train: own },
      'dino-wm': { world: { kind: 'dino-wm' }, train: own, encoderFrom: 'untrained' },
    },
    train: { checkpointEvery, logEvery, instrumentsEvery },
  };
  expect(migrateControl(recorded)).toEqual(twoRoom.config());
  expect(reconfigured(twoRoom, recorded)).toEqual(twoRoom.config());
});

test('a model takes its training with it, and settings change what it chose', () => {
  const config = configured(twoRoom, ['train.steps=10', 'model=pldm', 'model.predictor.depth=2']);
  expect(config).toMatchObject({ modelName: 'pldm', model: { kind: 'pldm', predictor: { depth: 2 } } });
  expect(config.train).toMatchObject({ steps: 10, learningRate: 1e-3 });
});
