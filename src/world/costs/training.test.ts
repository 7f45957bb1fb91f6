// Heads trained on a world whose distances are known: a point in a square that moves one unit a block, straight on in each
// recording. The blocks between two places are their distance.
// Legend: N pairs, D width of an embedding.

import { expect, test } from 'vitest';
import { key, permutation, stream } from '../../core/index.ts';
import { rolledRows } from '../../jepa/index.ts';
import { initialise, type ModelValues } from '../../nn/index.ts';
import { runModule, runtime } from '../../nn/run-module.law.ts';
import { adam, warmupCosine } from '../../optim/index.ts';
import { reachability } from '../../plan/index.ts';
import { constant, input, type Tensor } from '../../tensor/index.ts';
import { jepaProgram, type StepInputs } from '../../train/index.ts';
import { type DistanceConfig, distanceHeadMethod, headOf, putStatistics, reachabilityHeadMethod } from '../index.ts';

const [D, SIDE, MAX_GAP] = [4, 12, 12] as const;

type Place = readonly [x: number, y: number];

/** The embedding of a place: four numbers on scales of their own. */
const embed = ([x, y]: Place): readonly number[] => [x, 3 * y, 0.1 * (x + y), 5 - (x - y)];

/** Start and end of a straight way of `gap` blocks inside the square. */
function way(random: ReturnType<typeof stream>, gap: number): readonly [Place, Place] {
  for (;;) {
    const from: Place = [SIDE * random.uniform(), SIDE * random.uniform()];
    const angle = 2 * Math.PI * random.uniform();
    const to: Place = [from[0] + gap * Math.cos(angle), from[1] + gap * Math.sin(angle)];
    if (to.every((v) => v >= 0 && v <= SIDE)) return [from, to];
  }
}

/** N pairs of one recording, gaps 0 to 12 alike often. */
function pairs(
  seed: number,
  N: number,
): { from: Float32Array; to: Float32Array; gap: Float32Array; cross: Float32Array } {
  const random = stream(key(seed));
  const gap = Float32Array.from({ length: N }, (_, i) => i % (MAX_GAP + 1));
  const ways = Array.from(gap, (g) => way(random, g));
  return {
    from: Float32Array.from(ways.flatMap(([a]) => embed(a))),
    to: Float32Array.from(ways.flatMap(([, b]) => embed(b))),
    gap,
    cross: new Float32Array(N),
  };
}

async function trained(
  spec: Parameters<typeof jepaProgram>[0]['spec'],
  batch: (step: number) => StepInputs,
  steps: number,
  rows: Float32Array,
): Promise<ModelValues> {
  const values = initialise(spec.module, key(0));
  putStatistics(values, rows, D);
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

const meanError = (found: Float32Array, expected: ArrayLike<number>): number =>
  found.reduce((sum, d, i) => sum + Math.abs(d - expected[i]!), 0) / found.length;

const HEADS: readonly DistanceConfig[] = [
  { kind: 'time', hidden: [64, 64], scale: MAX_GAP },
  { kind: 'quasi', hidden: 64, symmetric: 16, directed: 16 },
];

test.each(HEADS)('$kind learns the blocks between places of the closed-form world', async (config) => {
  const N = 128;
  const spec = distanceHeadMethod({ ...config, dim: D }, { batch: N, maxGap: MAX_GAP });
  const values = await trained(spec, (step) => pairs(step, N), 1500, pairs(1_000_001, 512).from);
  const fresh = pairs(1_000_000, 512);
  const ends = (name: string): Tensor => input(name, [512, D]);
  const { way: found, still } = await runModule(
    headOf(config, D).module,
    'eval',
    (m) => ({ way: m.distance(ends('from'), ends('to')), still: m.distance(ends('from'), ends('from')) }),
    { values, inputs: { from: fresh.from, to: fresh.to } },
  );
  expect(meanError(found!, fresh.gap)).toBeLessThan(0.3);
  expect(meanError(still!, new Float32Array(512))).toBeLessThan(0.3);
});

test('labels in another order teach no distance', async () => {
  const N = 128;
  const config = HEADS[1]!;
  const shuffled = (step: number): StepInputs => {
    const batch = pairs(step, N);
    const order = permutation(key(step), N);
    return { ...batch, gap: batch.gap.map((_, i) => batch.gap[order[i]!]!) };
  };
  const spec = distanceHeadMethod({ ...config, dim: D }, { batch: N, maxGap: MAX_GAP });
  const values = await trained(spec, shuffled, 200, pairs(1_000_001, 512).from);
  const fresh = pairs(1_000_000, 512);
  const { found } = await runModule(
    headOf(config, D).module,
    'eval',
    (m) => ({ found: m.distance(input('from', [512, D]), input('to', [512, D])) }),
    { values, inputs: { from: fresh.from, to: fresh.to } },
  );
  // What is left is the head's own geometry: nearer places are nearer.
  expect(meanError(found!, fresh.gap)).toBeGreaterThan(1);
});

test('a reachability head tells what lies within a budget from what lies beyond', async () => {
  const [B, K] = [32, 4] as const;
  const config = { hidden: 32, maxHorizon: K, horizonDim: 8 };
  /** Straight clips of 1 + K rows; what a perfect model imagines is what was seen. */
  const clips = (seed: number) => {
    const random = stream(key(seed));
    const rows = Array.from({ length: B }, () => {
      const [a, b] = way(random, K);
      return Array.from({ length: K + 1 }, (_, t) =>
        embed([a[0] + (t / K) * (b[0] - a[0]), a[1] + (t / K) * (b[1] - a[1])]),
      );
    });
    return {
      clips: Float32Array.from(rows.flat(2)),
      imagined: Float32Array.from(rows.flatMap((clip) => clip.slice(1)).flat()),
      others: Int32Array.from([1, 2, 3, 4].flatMap((by) => [...rolledRows(B, by + (seed % 25))])),
    };
  };
  const spec = reachabilityHeadMethod({ ...config, dim: D }, { batch: B, loss: { terminalPredicted: 0.5 } });
  const values = await trained(spec, clips, 250, clips(1_000_001).clips);
  const fresh = clips(1_000_000);
  const row = (t: number): Float32Array =>
    Float32Array.from({ length: B * D }, (_, i) => fresh.clips[Math.floor(i / D) * (K + 1) * D + t * D + (i % D)]!);
  const steps = [1, 2, 3, 4] as const;
  const asked = steps.flatMap((gap) => steps.map((budget) => [`${gap} in ${budget}`, gap, budget] as const));
  const logits = await runModule(
    reachability(D, config).module,
    'eval',
    ({ logit }) => {
      const blocks = (n: number) => constant(new Int32Array(B).fill(n), [B], 'i32');
      const at = (t: number) => input(`row${t}`, [B, D]);
      return Object.fromEntries(asked.map(([name, gap, budget]) => [name, logit(at(0), at(gap), blocks(budget))]));
    },
    { values, inputs: Object.fromEntries([0, ...steps].map((t) => [`row${t}`, row(t)])) },
  );
  const right = asked.flatMap(([name, gap, budget]) =>
    Array.from(logits[name]!, (l) => Number(l > 0 === gap <= budget)),
  );
  expect(right.reduce((a, b) => a + b, 0) / right.length).toBeGreaterThan(0.9);
});
