// The audit of planning costs on the model of a run: what limits its planning.

import { costScorer, embedEpisodes, worldModel } from '../../agent/index.ts';
import { fold } from '../../core/index.ts';
import { readF32 } from '../../data/index.ts';
import { makeEnv, makePolicy, type Policy } from '../../envs/index.ts';
import {
  auditCosts,
  type ControlPolicy,
  dataPopulation,
  distanceByCost,
  distanceQuality,
  embedRows,
  heldPairs,
  positionReader,
  pushTest,
  recordedPlans,
  runControl,
  searchPopulation,
  trueWorldPlanner,
  wallOf,
  wallTest,
} from '../../evals/index.ts';
import type { CostAudit, TrueDynamicsResult, WallTest } from '../../run/index.ts';
import { costOf } from '../../world/index.ts';
import { keyFor } from '../keys.ts';
import type { RunContext } from '../recipe.ts';
import type { AuditChoices } from './audit-choices.ts';
import { auditedCosts, type NamedCost } from './audited-costs.ts';
import type { ControlExperiment } from './config.ts';
import { recordedCost } from './costs.ts';
import { experimentTasks } from './plan.ts';
import { controller, latentPlanner, solverOf } from './planners.ts';
import { experimentEnv } from './stages.ts';
import type { Trained } from './trained.ts';

/** Recorded states that walls and pushes are tried from. */
const STATES = { wall: 4, push: 40 } as const;

/** The search with true dynamics: small, since every candidate is carried out and looked at. */
const SEARCH = { samples: 64, elites: 8, iterations: 3 } as const;

/** The policy of a world that reaches its goals, if it has one. */
function oracleOf({ env, plan }: ControlExperiment): (() => Policy) | undefined {
  const name = makeEnv(env.id, { imageSize: 16 }).spec.declares?.oracle?.policy ?? plan.ceiling;
  return name === 'simulator' ? undefined : () => makePolicy(env.id, name);
}

/** Everything that is measured of a model; `run` and `minutes` are the caller's. */
export async function auditModel(
  config: ControlExperiment,
  context: RunContext,
  { model, data }: Pick<Trained, 'model' | 'data'>,
  choices: AuditChoices,
): Promise<Omit<CostAudit, 'run' | 'minutes'>> {
  const { tasks: count, samples, goalOffset = config.plan.goalOffset } = choices;
  const { store, split, actions } = data;
  const { frameSkip } = config.data;
  const { horizon, planner } = config.plan;
  const key = keyFor(context, 'audit');
  const env = experimentEnv(config);
  const onPart = (part: string): void => {
    context.signal.throwIfAborted();
    context.log(`audit: ${part}`);
  };

  onPart('embedding recorded rows');
  const rowsOf = (episodes: readonly number[]) => {
    const total = episodes.reduce((n, e) => n + store.episodes[e]!.length, 0);
    const wanted = config.evals.probeRows;
    return embedRows(model, store, episodes, Math.max(1, Math.floor(total / wanted)), wanted);
  };
  const rows = await rowsOf(split.train);
  const held = await rowsOf(split.test);
  const costs = auditedCosts(choices.costs, { model, spec: env.spec, rows }, context, (name) => {
    const file = recordedCost(config, context, model, name);
    if (file === undefined) return undefined;
    const cost = costOf(file.config, model.dynamics.dim);
    // A time of arrival counts the block of the plan, too.
    const arrives = cost.unit === 'blocks' && cost.name.endsWith('/arrival');
    return { cost, values: file.values, ...(arrives ? { offset: 1 } : {}) };
  });
  const scorers = costs.map((cost) => costScorer(cost, context.runtime));
  const oracle = oracleOf(config);
  const atMost = (tasks: number) => ({ ...config, plan: { ...config.plan, tasks } });
  const { tasks } = experimentTasks(atMost(count), context, data, 'strict', goalOffset);
  const solver = solverOf(config, planner, actions);
  const shape = { model, actions, frameSkip, horizon };

  const audited = await auditCosts({
    ...{ ...shape, tasks, samples, key, onPart },
    costs: costs.map(({ name, rows: seen }, i) => ({ name, scorer: scorers[i]!, rows: seen })),
    makeEnv: () => experimentEnv(config),
    populations: [
      searchPopulation(solver, 'first'),
      searchPopulation(solver, 'last'),
      dataPopulation(recordedPlans(store, tasks, { actions, frameSkip, horizon })),
    ],
    ...(oracle === undefined ? {} : { oracle }),
  });

  onPart('distances of recorded pairs');
  const embedded = await embedEpisodes(model, store, { episodes: split.test, frameSkip, actions });
  const distances = costs.flatMap(({ name, offset }, i) => distanceByCost(name, scorers[i]!, offset) ?? []);
  const quality = await distanceQuality(
    model,
    distances,
    await heldPairs(model, embedded, { horizon, key: fold(key, 'pairs') }),
    {
      state: (row) => {
        const e = embedded.episodes.findIndex((span) => row >= span.row && row < span.row + span.length);
        const at = store.episodes[split.test[e]!]!.row + (row - embedded.episodes[e]!.row) * frameSkip;
        return readF32(store, 'state', at, 1);
      },
      ...{ makeEnv: () => experimentEnv(config), oracle, key },
    },
  );

  onPart('walls and pushes');
  env.setState(tasks[0]!.start);
  env.setGoal(tasks[0]!.goal);
  const starts = (n: number): Float32Array[] => tasks.slice(0, n).map(({ start }) => start);
  const wall = wallOf(env);
  const walls: WallTest[] = [];
  if (!('why' in wall)) {
    const position = positionReader(rows, held, [wall.across, wall.along]);
    // Fast and short, as long as plans are, and slow.
    for (const [blocks, speed] of [
      [Math.min(2, horizon), 1] as const,
      [horizon, 1] as const,
      [horizon, 0.3] as const,
    ]) {
      const tested = await wallTest({ ...shape, horizon: blocks, speed, env, states: starts(STATES.wall), position });
      if (!('why' in tested)) walls.push(tested);
    }
  }
  const { pushes } = env.spec.declares ?? {};
  const pushed =
    pushes === undefined
      ? { why: 'nothing in the world is pushed' }
      : await pushTest({
          ...{ ...shape, env, states: starts(STATES.push), key: fold(key, 'pushes') },
          position: positionReader(rows, held, pushes.object),
        });

  const trueDynamics: TrueDynamicsResult[] = [];
  if (choices.trueTasks > 0) {
    for (const [i, cost] of costs.entries()) {
      onPart(`true dynamics, ${cost.name}`);
      const given = { config: atMost(choices.trueTasks), context, trained: { model, data }, goalOffset };
      trueDynamics.push(await truly(given, cost, scorers[i]!));
    }
  }
  await Promise.all(scorers.map((scorer) => scorer.dispose()));
  return {
    ...{ world: config.env.id, model: config.modelName, seed: context.seed },
    ...{ tasks: tasks.length, samples, goalOffset, oracle: oracle?.().name ?? null },
    ...{ rows: audited, distances: quality, walls: 'why' in wall ? wall : walls, pushes: pushed, trueDynamics },
  };
}

interface Given {
  readonly config: ControlExperiment;
  readonly context: RunContext;
  readonly trained: Pick<Trained, 'model' | 'data'>;
  readonly goalOffset: number;
}

/** Success with a cost and one search, in the learned and in the true dynamics. */
async function truly(
  { config, context, trained, goalOffset }: Given,
  named: NamedCost,
  scorer: ReturnType<typeof costScorer>,
): Promise<TrueDynamicsResult> {
  const { model, data } = trained;
  const { actions } = data;
  const { plan } = config;
  const { tasks } = experimentTasks(config, context, data, 'strict', goalOffset);
  const solver = solverOf(config, { ...plan.planner, ...SEARCH }, actions);
  const own = worldModel(model.dynamics, model.values, context.runtime, named);
  const planner = latentPlanner(config, own, solver, context.signal);
  const learned = controller(config, context, { ...model.dynamics, planner, actions, tasks: plan.tasks }, named.name);
  const { horizon, recedingHorizon } = plan;
  const inside = trueWorldPlanner({
    ...{ name: `true dynamics, ${named.name}`, makeEnv: () => experimentEnv(config), key: keyFor(context, 'plan') },
    ...{ solver, actions, frameSkip: config.data.frameSkip, horizon, recedingHorizon },
    by: { model, scorer, rows: named.rows },
  });
  const solved = async (policy: ControlPolicy): Promise<number> => {
    const { traces } = await runControl({
      ...{ makeEnv: () => experimentEnv(config), tasks, policy, budget: plan.budget, freezeOnSuccess: true },
      key: fold(keyFor(context, 'audit'), 'control'),
      onStep: () => context.signal.throwIfAborted(),
    });
    return traces.filter(({ solvedAt }) => solvedAt !== undefined).length;
  };
  const counted = { learned: await solved(learned), truly: await solved(inside) };
  await own.dispose();
  return { cost: named.name, tasks: tasks.length, ...counted };
}
