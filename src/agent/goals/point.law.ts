// A world for tests of goals, known in closed form: a point on a plane that turns as it is told. Its embedding is its place and the
// cosine and sine of its heading, mixed by an orthogonal matrix that is its own inverse, so the decoder is that matrix too.
// Legend: state [x, y, heading], D = 4, block [dx, dy, turn] in units of STEP, each at most MOST.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JepaSpec } from '../../jepa/index.ts';
import { blankValues, module } from '../../nn/index.ts';
import { runtime } from '../../nn/run-module.law.ts';
import { type DecodedNumber, planCost, type StateDecoder } from '../../plan/index.ts';
import {
  add,
  affine,
  at,
  broadcastTo,
  clamp,
  concat,
  constant,
  cos,
  mul,
  sin,
  slice,
  split,
  stack,
  sub,
  type Tensor,
} from '../../tensor/index.ts';
import { type Dynamics, defineDynamics, registerWorldKind, seenStates, sensesOf } from '../../world/index.ts';
import type { Agent } from '../artefact/agent.ts';
import { writeModel } from '../artefact/files.ts';
import { type LoadAgentOptions, loadAgent } from '../artefact/load-agent.ts';
import type { ModelOrigin } from '../artefact/model-file.ts';

/** x, y, heading. */
export type Place = readonly [x: number, y: number, heading: number];

/** What one unit of a normalised block moves, and turns. */
const STEP = 0.1;
/** The most units of a block. */
const MOST = 2;

const MIX = Float32Array.of(1, 1, 1, 1, 1, -1, 1, -1, 1, 1, -1, -1, 1, -1, -1, 1).map((x) => x / 2);

const mixed = (s: Tensor): Tensor => affine(s, constant(MIX, [4, 4], 'f32'));

/** The heading as cosine and sine. */
const spread = (state: Tensor): Tensor => {
  const heading = slice(state, -1, 2, 3);
  return concat([slice(state, -1, 0, 2), cos(heading), sin(heading)], -1);
};

/** The embedding of a place, in arithmetic of its own. */
export function embedded([x, y, heading]: Place): Float32Array {
  const s = [x, y, Math.cos(heading), Math.sin(heading)];
  return Float32Array.from({ length: 4 }, (_, i) => s.reduce((sum, v, j) => sum + MIX[4 * i + j]! * v, 0));
}

const step = (z: Tensor, block: Tensor): Tensor => {
  const moved = mul(clamp(block, -MOST, MOST), STEP);
  const s = mixed(z);
  const [c, d] = [slice(s, -1, 2, 3), slice(s, -1, 3, 4)];
  const turn = slice(moved, -1, 2, 3);
  const [u, v] = [cos(turn), sin(turn)];
  const turned = [sub(mul(c, u), mul(d, v)), add(mul(d, u), mul(c, v))];
  return mixed(concat([add(slice(s, -1, 0, 2), slice(moved, -1, 0, 2)), ...turned], -1));
};

/** The world as a model of itself. */
const point: Dynamics = defineDynamics<null>(
  { name: 'point', senses: sensesOf({ stateDim: 3 }), dim: 4, actionDim: 3, history: 1 },
  module({}, () => null),
  {
    encode: (_, seen) => mixed(spread(seenStates(seen, 'point'))),
    predict: (_, z, blocks) => step(z, blocks),
    rollout(_, context, __, plans) {
      const [E, S, H] = plans.shape as [number, number, number, number];
      const all = split(context, Array<number>(context.shape[1]!).fill(1), 1).map((z) => broadcastTo(z, [E, S, 4]));
      for (let t = 0; t < H; t++) all.push(step(all.at(-1)!, at(plans, 2, t)));
      return stack(all, 2);
    },
  },
  planCost('last', 4),
);

registerWorldKind({
  name: 'point',
  settings: {},
  dynamics: () => point,
  method: (): JepaSpec<unknown> => {
    throw new Error('the point world is not trained');
  },
});

const number = (name: string, of: Partial<DecodedNumber>): DecodedNumber => ({
  ...{ name, circular: false, r: 1, low: -1, high: 1, deviation: 0.5 },
  ...of,
});

/** Reads the place exactly; its `r` are what a test says. */
export function placeDecoder(r: { readonly [name: string]: number } = {}): StateDecoder {
  return {
    dim: 4,
    numbers: [
      number('agent.x', { r: r['agent.x'] ?? 1 }),
      number('agent.y', { r: r['agent.y'] ?? 1 }),
      number('agent.angle', { r: r['agent.angle'] ?? 1, circular: true, low: -3, high: 3, deviation: 1 }),
    ],
    leftOut: [{ name: 'wall.x', why: 'it is the same in all frames' }],
    weights: MIX,
    bias: new Float32Array(4),
    // Places on a grid of the square, and all within a sixth of a turn of it.
    recorded: {
      embeddings: Float32Array.from(
        Array.from({ length: 25 }, (_, i) => [...embedded([(i % 5) / 2 - 1, Math.floor(i / 5) / 2 - 1, 0])]).flat(),
      ),
      usual: 1,
    },
  };
}

const ORIGIN: ModelOrigin = {
  env: 'point',
  frameSkip: 1,
  actions: { column: 'action', mean: [0, 0, 0], std: [STEP, STEP, STEP], rows: 10, constant: [] },
  actionBounds: { low: -MOST * STEP, high: MOST * STEP },
  split: { train: [0], val: [], test: [1] },
  step: 0,
  seed: 0,
  planner: {
    solver: 'cem/le-wm',
    samples: 200,
    elites: 20,
    iterations: 12,
    horizon: 6,
    recedingHorizon: 2,
    history: 1,
  },
};

const dir = mkdtempSync(join(tmpdir(), 'jepa-goals-'));
let files = 0;

/** An agent in that world, loaded from a file with this decoder, or without any. */
export async function pointAgent(decoder?: StateDecoder, options: LoadAgentOptions = {}): Promise<Agent> {
  const path = join(dir, `${files++}.safetensors`);
  writeModel(path, { kind: 'point' }, blankValues(point.module), ORIGIN, { ...(decoder && { decoder }) });
  return loadAgent(path, { runtime, ...options });
}

/** What the agent sees at a place. */
export function see(place: Place): Float32Array {
  return Float32Array.from(place);
}

/** The places that an agent goes through in `steps` steps, the start first. */
export async function walk(agent: Agent, start: Place, steps: number): Promise<Place[]> {
  const path: Place[] = [start];
  for (let t = 0; t < steps; t++) {
    const { action } = await agent.act(see(path[t]!));
    const [x, y, heading] = path[t]!;
    path.push([x + action[0]!, y + action[1]!, heading + action[2]!]);
  }
  return path;
}
