// Small files of all that acts, in a temporary folder of their own: a world model, one with a high level, two policies, and
// models that read a state. For tests.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shaken } from '../../nn/run-module.law.ts';
import type { StateDecoder } from '../../plan/index.ts';
import {
  dynamicsOf,
  type GoalPolicy,
  goalPolicyOf,
  type HierarchyConfig,
  hierarchy,
  type PolicyConfig,
  type WorldConfig,
} from '../../world/index.ts';
import { TINY, tinyValues } from '../../world/le-wm/tiny.law.ts';
import type { PlannerSettings } from '../actor/planner-settings.ts';
import { writeHierarchy, writeModel, writePolicy } from './files.ts';
import type { HighLevel } from './hierarchy-file.ts';
import type { ModelOrigin } from './model-file.ts';

/** Plans four blocks and executes three. */
export const PLANNER: PlannerSettings = {
  solver: 'cem/le-wm',
  samples: 12,
  elites: 4,
  iterations: 2,
  horizon: 4,
  recedingHorizon: 3,
  history: 2,
};

/** A world of actions of two numbers in blocks of two steps; the bounds differ by component. */
export const ORIGIN: ModelOrigin = {
  env: 'two-room',
  frameSkip: 2,
  actions: { column: 'action', mean: [0, 0.1], std: [1, 2], rows: 10, constant: [] },
  actionBounds: { low: [-1, -0.2], high: [1, 0.3] },
  split: { train: [0, 2], val: [1], test: [3] },
  step: 7,
  seed: 3,
  planner: PLANNER,
};

/** The world model of the file. */
export const WORLD: WorldConfig = { kind: 'le-wm', ...TINY };

/** A model that is told a state of three numbers and no picture. */
export const STATE_WORLD: WorldConfig = {
  kind: 'state',
  stateDim: 3,
  numbers: { at: [0, 2], mean: [1, 2], std: [2, 4] },
  actionDim: 4,
  hidden: [8],
};

/** A model of a picture and two numbers of a state of three. */
export const BOTH_WORLD: WorldConfig = {
  kind: 'dino-wm',
  encoder: { imageSize: 8, patchSize: 4, dim: 12, depth: 1, heads: 2, mlpDim: 24 },
  normalisation: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  predictor: { depth: 1, heads: 2, headDim: 4, mlpDim: 16, dropout: 0 },
  history: 3,
  action: { dim: 4, embedDim: 2 },
  proprio: { dim: 2, embedDim: 3 },
  proprioception: { stateDim: 3, numbers: { at: [0, 2], mean: [1, 2], std: [2, 4] } },
};

/** The size of the high level. */
export const HIERARCHY: HierarchyConfig = {
  dim: TINY.embedDim,
  actionDim: TINY.actionDim,
  macroDim: 3,
  maxBlocks: 5,
  encoderWidths: [8],
  predictor: { width: 12, depth: 1 },
  noise: 0.05,
  energy: 'l1',
  rollout: 1,
  sigreg: { weight: 0.1, directions: 16 },
};

/** The high level of the file. */
export const HIGH: HighLevel = {
  config: HIERARCHY,
  values: shaken(hierarchy(HIERARCHY)),
  box: { kind: 'box', low: [-1, -2, -3], high: [1, 2, 3] },
  blocks: { min: 2, max: 5 },
  step: 11,
  seed: 4,
  planner: { samples: 10, elites: 3, iterations: 2, macroHorizon: 2, aim: 'waypoint', cost: { kind: 'nearest' } },
};

const CLONING: PolicyConfig = {
  kind: 'gcbc',
  encoder: { imageSize: 8, patchSize: 4, dim: 12, depth: 1, heads: 2, mlpDim: 24 },
  hidden: [16],
  actionDim: 4,
};
const INVERSE: PolicyConfig = { kind: 'inverse', world: STATE_WORLD, hidden: [6] };

/** The policies of the files: behaviour cloning from pictures, and inverse dynamics on the state. */
export const POLICIES: { readonly gcbc: GoalPolicy; readonly inverse: GoalPolicy } = {
  gcbc: goalPolicyOf(CLONING),
  inverse: goalPolicyOf(INVERSE),
};

const ramp = (length: number, from: number): Float32Array => Float32Array.from({ length }, (_, i) => from + i / 8);

/** Reads two numbers off the world model's embeddings. */
export const DECODER: StateDecoder = {
  dim: TINY.embedDim,
  numbers: [
    { name: 'agent.x', circular: false, r: 0.9, low: -99, high: 99, deviation: 2 },
    { name: 'agent.angle', circular: true, r: 0.8, low: -3, high: 3, deviation: 0.9 },
  ],
  leftOut: [{ name: 'wall.x', why: 'it is the same in all frames' }],
  weights: ramp(3 * TINY.embedDim, -1),
  bias: ramp(3, 2),
  recorded: { embeddings: ramp(2 * TINY.embedDim, 3), usual: 0.5 },
};

/** Writes all files into a new folder and says where they are. */
export function agentFiles(): {
  readonly dir: string;
  readonly world: string;
  readonly decoder: string;
  readonly old: string;
  readonly state: string;
  readonly both: string;
  readonly hierarchy: string;
  readonly gcbc: string;
  readonly inverse: string;
} {
  const dir = mkdtempSync(join(tmpdir(), 'jepa-agent-'));
  const at = (name: string): string => join(dir, `${name}.safetensors`);
  const { planner: _, ...told } = ORIGIN;
  const valuesOf = (config: WorldConfig) => shaken(dynamicsOf(config).module, 0.2);
  writeModel(at('world'), WORLD, tinyValues(), ORIGIN);
  writeModel(at('decoder'), WORLD, tinyValues(), ORIGIN, { decoder: DECODER });
  writeModel(at('old'), WORLD, tinyValues(), { ...told, actionBounds: { low: -1, high: 1 } });
  writeModel(at('state'), STATE_WORLD, valuesOf(STATE_WORLD), ORIGIN);
  writeModel(at('both'), BOTH_WORLD, valuesOf(BOTH_WORLD), ORIGIN);
  writeHierarchy(at('hierarchy'), { config: WORLD, values: tinyValues(), origin: ORIGIN }, HIGH);
  writePolicy(at('gcbc'), CLONING, shaken(POLICIES.gcbc.module, 0.2), told);
  writePolicy(at('inverse'), INVERSE, shaken(POLICIES.inverse.module, 0.2), told);
  return {
    dir,
    world: at('world'),
    decoder: at('decoder'),
    old: at('old'),
    state: at('state'),
    both: at('both'),
    hierarchy: at('hierarchy'),
    gcbc: at('gcbc'),
    inverse: at('inverse'),
  };
}
