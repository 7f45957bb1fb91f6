// A room with a wall and a door, where the nearest place is not the soonest: plans under a learned time go round, plans under squared
// distance stay before the wall. The embedding is the place and its side of the wall, and the model is the world, so that only the cost
// differs. Without the side a small head blurs the jump at the wall, and plans end in the blur.
// Legend: E tasks, S candidates, H blocks, D numbers of an embedding.

import { expect, test } from 'vitest';
import { compile } from '../../compile/index.ts';
import { key, stream } from '../../core/index.ts';
import { bind, initialise, type ModelValues } from '../../nn/index.ts';
import { runtime } from '../../nn/run-module.law.ts';
import { adam, warmupCosine } from '../../optim/index.ts';
import { cem } from '../../plan/index.ts';
import { input } from '../../tensor/index.ts';
import { jepaProgram, type StepInputs } from '../../train/index.ts';
import { type CostConfig, costOf, costValues, distanceHeadMethod, putStatistics } from '../index.ts';

/** The wall stands at x = 5, open above y = 7; the room is 10 by 10. A block moves by at most 1 along each axis. */
const [SIDE, WALL, DOOR] = [10, 5, 7] as const;
const [E, S, H, D] = [20, 64, 5, 3] as const;

type Place = readonly [x: number, y: number];
/** A place, and its side of the wall. */
const embed = ([x, y]: Place): readonly number[] => [x, y, x < WALL ? 0 : 3];
const within = (v: number): number => Math.min(Math.max(v, 0), SIDE);

/** Where a block leads; into the wall it leads nowhere. */
function step([x, y]: Place, dx: number, dy: number): Place {
  const to: Place = [within(x + Math.min(Math.max(dx, -1), 1)), within(y + Math.min(Math.max(dy, -1), 1))];
  return blocked([x, y], to) ? [x, y] : to;
}

/** Whether the wall stands between two places. */
function blocked(a: Place, b: Place): boolean {
  if (a[0] < WALL === b[0] < WALL) return false;
  return a[1] + ((WALL - a[0]) / (b[0] - a[0])) * (b[1] - a[1]) < DOOR;
}

/** Blocks of the shortest way: the larger of both differences, round the door's edge where the wall is between. */
function blocksBetween(a: Place, b: Place): number {
  const straight = (p: Place, q: Place): number => Math.max(Math.abs(p[0] - q[0]), Math.abs(p[1] - q[1]));
  const edge: Place = [WALL, DOOR];
  return blocked(a, b) ? straight(a, edge) + straight(edge, b) : straight(a, b);
}

const TIME = { kind: 'time', hidden: [64, 64], scale: 12, reduce: { kind: 'arrival' } } as const;
const LATENT: CostConfig = { kind: 'latent', of: 'sum', reduce: { kind: 'last' } };

async function trainedTime(): Promise<ModelValues> {
  const [N, steps] = [96, 1000] as const;
  const batch = (seed: number): StepInputs => {
    const random = stream(key(seed));
    const place = (): Place => [SIDE * random.uniform(), SIDE * random.uniform()];
    const pairs = Array.from({ length: N }, () => [place(), place()] as const);
    return {
      from: Float32Array.from(pairs.flatMap(([a]) => embed(a))),
      to: Float32Array.from(pairs.flatMap(([, b]) => embed(b))),
      gap: Float32Array.from(pairs, ([a, b]) => blocksBetween(a, b)),
      cross: new Float32Array(N),
    };
  };
  const spec = distanceHeadMethod({ ...TIME, dim: D }, { batch: N, maxGap: 12 });
  const values = initialise(spec.module, key(0));
  putStatistics(values, batch(1_000_000).from as Float32Array, D);
  const program = await jepaProgram({ spec, key: key(0), values, runtime, inputs: (b: StepInputs) => b });
  const optimiser = adam(program.layout);
  const rate = warmupCosine({ peak: 3e-3, warmupSteps: 50, totalSteps: steps });
  for (let i = 0; i < steps; i++) {
    await program.step(batch(i), key(i), i);
    optimiser.step(program.params, program.grads, rate(i));
  }
  await program.program.dispose();
  return values;
}

/** How many of E tasks, whose goals lie behind the wall and below the door, are solved in 30 blocks. */
async function solved(config: CostConfig, heads: Readonly<Record<string, ModelValues>>): Promise<number> {
  const cost = costOf(config, D);
  const values = costValues(cost, heads);
  const score = bind(cost.module, 'eval').model(input('z', [E, S, H + 1, D]), input('g', [E, D]), { context: 1 });
  const program = await compile({ score }, { runtime });
  const random = stream(key(7));
  const place = (left: boolean): Place => [(left ? 0.5 : 6.5) + 3 * random.uniform(), 0.5 + 3 * random.uniform()];
  let now = Array.from({ length: E }, () => place(true));
  const goals = Array.from({ length: E }, () => place(false));
  const done = new Set<number>();
  const solver = cem({ samples: S, elites: 8, iterations: 3 });
  for (let t = 0; t < 30 && done.size < E; t++) {
    const { plan } = await solver.solve(
      {
        name: 'room',
        tasks: E,
        horizon: H,
        actionDim: 2,
        async cost(candidates, samples) {
          const z = new Float32Array(E * samples * (H + 1) * D);
          for (let es = 0; es < E * samples; es++) {
            let at = now[Math.floor(es / samples)]!;
            z.set(embed(at), es * (H + 1) * D);
            for (let k = 0; k < H; k++) {
              at = step(at, candidates[(es * H + k) * 2]!, candidates[(es * H + k) * 2 + 1]!);
              z.set(embed(at), (es * (H + 1) + k + 1) * D);
            }
          }
          const inputs = { z, g: Float32Array.from(goals.flatMap(embed)) };
          const out = await program.run({ inputs, parameters: values.parameters, state: values.buffers });
          return (out as { score: Float32Array }).score.slice();
        },
      },
      { key: key(t) },
    );
    now = now.map((at, e) => step(at, plan[e * H * 2]!, plan[e * H * 2 + 1]!));
    now.forEach((at, e) => {
      if (Math.hypot(at[0] - goals[e]![0], at[1] - goals[e]![1]) < 1) done.add(e);
    });
  }
  await program.dispose();
  return done.size;
}

test('plans under a learned time reach goals behind a wall, and plans under squared distance do not', async () => {
  const head = await trainedTime();
  const [time, latent] = [await solved(TIME, { head }), await solved(LATENT, {})];
  expect(time).toBeGreaterThanOrEqual(0.9 * E);
  expect(latent).toBeLessThan(0.3 * E);
});
