import { expect, test } from 'vitest';
import { recipes } from '../../../recipes/index.ts';
import type { AnyRecipe } from '../recipe.ts';
import { type ControlAsk, planControl } from './matrix.ts';

interface Config {
  readonly env: { readonly id: string };
  readonly model: string;
  readonly models: Readonly<Record<string, object>>;
  readonly plan: { readonly tasks: number; readonly also: readonly string[]; readonly planners: object };
  readonly evals: { readonly extra: readonly string[] };
}

function world(name: string, models: readonly string[]): AnyRecipe {
  const nothing = async () => ({ metrics: {} });
  const recipe = {
    name,
    summary: name,
    config: (): Config => ({
      env: { id: name },
      model: models[0]!,
      models: Object.fromEntries(models.map((m) => [m, { size: 1 }])),
      plan: { tasks: 100, also: [], planners: { icem: {}, adam: {} } },
      evals: { extra: [] },
    }),
    run: nothing,
    stages: { collect: nothing },
    control: {
      models: (c: Config) => Object.keys(c.models),
      planners: (c: Config) => Object.keys(c.plan.planners),
      extra: () => ['long-horizon', 'generalisation'],
      dataset: ({ env }: Config) => ({ env }),
    },
  };
  return recipe as AnyRecipe;
}

const other: AnyRecipe = { name: 'story', summary: 's', config: () => ({}), run: async () => ({ metrics: {} }) };
const known = [world('rooms', ['le-wm', 'pldm']), world('maze', ['le-wm']), other];
const plan = (ask: Partial<ControlAsk> = {}) => planControl(known, { seeds: [0], set: [], ...ask }, 'out');

test('every world, model and seed is one run, and a table is complete after the first seed', async () => {
  const { runs, worlds } = await plan({ seeds: [0, 1] });
  expect(worlds).toEqual(['rooms', 'maze']);
  expect(runs.map(({ name }) => name)).toEqual([
    'rooms_model=le-wm_seed=0',
    'rooms_model=pldm_seed=0',
    'maze_model=le-wm_seed=0',
    'rooms_model=le-wm_seed=1',
    'rooms_model=pldm_seed=1',
    'maze_model=le-wm_seed=1',
  ]);
});

test('a run has all planners of its recipe, the tasks and the settings asked for', async () => {
  const { runs } = await plan({ tasks: 7, set: ['models.le-wm.size=2'], models: ['le-wm'] });
  expect(runs[0]!.set).toEqual([
    'models.le-wm.size=2',
    'plan.also=["icem","adam"]',
    'evals.extra=["long-horizon","generalisation"]',
    'plan.tasks=7',
    'model=le-wm',
  ]);
  expect(runs[0]!.config).toMatchObject({
    model: 'le-wm',
    models: { 'le-wm': { size: 2 } },
    plan: { tasks: 7, also: ['icem', 'adam'] },
  });
});

test('the models of a world and a seed share a dataset, which is made from the settings that concern it', async () => {
  const { runs, datasets } = await plan({ seeds: [0, 1], set: ['env.id=large'] });
  expect(datasets.map(({ folder }) => folder)).toEqual([
    'out/data/rooms-seed0',
    'out/data/maze-seed0',
    'out/data/rooms-seed1',
    'out/data/maze-seed1',
  ]);
  expect(runs.map(({ data }) => data)).toEqual([0, 0, 1, 2, 2, 3].map((i) => datasets[i]!.folder));
  expect(datasets[0]).toMatchObject({
    source: 'rooms',
    seed: 0,
    set: ['env.id=large'],
    made: { env: { id: 'large' } },
  });
});

test('a part of the matrix can be chosen, and a world without the model is left out', async () => {
  const { runs, without } = await plan({ models: ['pldm'], planners: ['adam'] });
  expect(runs.map(({ name }) => name)).toEqual(['rooms_model=pldm_seed=0']);
  expect(runs[0]!.config).toMatchObject({ plan: { also: ['adam'] } });
  expect(without).toEqual(['maze']);
});

test("the name 'planner' asks for the main planner alone", async () => {
  const { runs } = await plan({ worlds: ['maze'], planners: ['planner'] });
  expect(runs[0]!.config).toMatchObject({ plan: { also: [] } });
});

test('stages that take longer can be chosen or left out', async () => {
  const extraOf = async (extra: readonly string[]) => (await plan({ worlds: ['maze'], extra })).runs[0]!.config;
  expect(await extraOf(['long-horizon'])).toMatchObject({ evals: { extra: ['long-horizon'] } });
  expect(await extraOf(['none'])).toMatchObject({ evals: { extra: [] } });
});

test.each<[string, Partial<ControlAsk>, RegExp]>([
  ['an unknown world', { worlds: ['roms'] }, /unknown world 'roms'; did you mean 'rooms'\? known: rooms, maze/],
  [
    'a recipe of another kind',
    { worlds: ['story'] },
    /recipe story must be a control experiment .* known: rooms, maze/,
  ],
  ['an unknown model', { models: ['le-vm'] }, /unknown model 'le-vm'; did you mean 'le-wm'\? known: le-wm, pldm/],
  ['an unknown planner', { planners: ['icm'] }, /unknown planner 'icm'; did you mean 'icem'/],
  ['an unknown stage', { extra: ['long-horizn'] }, /unknown stage 'long-horizn'; did you mean 'long-horizon'/],
  ['a setting with an option of its own', { set: ['plan.also=["icem"]'] }, /sets 'plan.also' itself.*use --planners/],
  ['tasks said twice', { tasks: 3, set: ['plan.tasks=4'] }, /use --tasks/],
  ['a setting that a world lacks', { set: ['models.pldm.size=3'] }, /maze: unknown setting 'models.pldm.size'/],
])('%s is refused', async (_, ask, message) => {
  await expect(plan(ask)).rejects.toThrow(message);
});

test('every control recipe that is built in can be planned', async () => {
  const { worlds, runs } = await planControl(recipes, { seeds: [0], set: [] }, 'out');
  expect(worlds).toEqual(expect.arrayContaining(['two-room', 'dot-wall']));
  expect(new Set(runs.map(({ name }) => name)).size).toBe(runs.length);
});
