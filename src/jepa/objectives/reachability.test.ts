// RC-aux's losses at sizes and options that are drawn, against slow sums; the reference's own numbers stand in `parity/rc_aux`.
// Legend: B clips, T rows, K blocks looked ahead, h predicted rows, D width.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from '../../compile/index.ts';
import { key, permutation } from '../../core/index.ts';
import { gaussian, runtime } from '../../nn/run-module.law.ts';
import { add, broadcastTo, cast, dot, expandDims, input, mul, type Tensor } from '../../tensor/index.ts';
import {
  type PairWeighting,
  pairWeightings,
  type ReachabilityOptions,
  reachabilityLoss,
  rolledRows,
  temporalClassLoss,
  withoutFixedPoints,
  withoutIdentity,
} from '../index.ts';
import { evaluate } from './golden.law.ts';

const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
const mean = (xs: readonly number[]): number => sum(xs) / xs.length;
const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
const sigma = (l: number): number => 1 / (1 + Math.exp(-l));
const bce = (l: number, target: number): number => -target * Math.log(sigma(l)) - (1 - target) * Math.log(1 - sigma(l));

type Row = readonly number[];
/** A row asks a row of a clip for a budget; `d` blocks lie between them. */
interface Asked {
  readonly b: number;
  readonly s: Row;
  readonly g: Row;
  readonly other: Row;
  readonly budget: number;
  readonly d: number;
}

/** The logit of all tests: no distance, directed, and rising with the budget. */
const logit = (from: Tensor, to: Tensor, budgets: Tensor): Tensor =>
  add(add(mul(dot(from, to), 0.4), mul(dot(from, from), -0.2)), mul(cast(budgets, 'f32'), 0.3));
const plainLogit = (s: Row, g: Row, budget: number): number =>
  0.4 * sum(s.map((v, i) => v * g[i]!)) - 0.2 * sum(s.map((v) => v * v)) + 0.3 * budget;

const weightsOf = (asked: readonly Asked[], how: PairWeighting, power: number): number[] => {
  const raw = asked.map((a) => {
    const by = how.startsWith('gap') ? a.d : a.budget;
    if (how === 'uniform') return 1;
    if (how.endsWith('balanced'))
      return 1 / asked.filter((o) => (how.startsWith('gap') ? o.d : o.budget) === by).length;
    return how.endsWith('linear') ? by : by ** power;
  });
  return raw.map((w) => w / mean(raw));
};

/** 1/2 (positives + (other clips + w hard) / (1 + w)). */
function group(asked: readonly Asked[], hard: readonly Asked[], w: number, how: PairWeighting, power: number): number {
  const weighted = (list: readonly Asked[], target: number, other: boolean): number => {
    const weights = weightsOf(list, how, power);
    return mean(list.map((a, i) => weights[i]! * bce(plainLogit(a.s, other ? a.other : a.g, a.budget), target)));
  };
  const beyond = w > 0 && hard.length > 0 ? weighted(hard, 0, false) : 0;
  return 0.5 * (weighted(asked, 1, false) + (weighted(asked, 0, true) + w * beyond) / (1 + w));
}

interface Drawn {
  readonly B: number;
  readonly history: number;
  readonly K: number;
  readonly h: number;
  readonly dense: boolean;
  readonly how: PairWeighting;
  readonly power: number;
  readonly terminalHow: PairWeighting;
  readonly w: readonly number[];
  readonly seed: number;
}

function slowLoss(
  p: Drawn,
  emb: readonly Row[][],
  pred: readonly Row[][],
  perms: readonly (readonly number[])[],
): number {
  const { B, history, K, dense } = p;
  const [hard, predicted, predictedHard, terminal, terminalPredicted, terminalHard, rank, align, over, gap] =
    p.w as readonly number[] as [number, number, number, number, number, number, number, number, number, number];
  const c = history - 1;
  const ahead = Math.min(K, p.h);
  const clips = range(0, B - 1);
  /** All (source, goal) of sequences, with budgets that suffice and that do not. */
  const within = (
    sequence: (b: number) => readonly Row[],
    perm: readonly number[],
    rows: number,
  ): [Asked[], Asked[]] => {
    const both: [Asked[], Asked[]] = [[], []];
    for (const b of clips)
      for (const i of dense ? range(0, rows - 2) : [0])
        for (const j of range(i + 1, rows - 1))
          for (const budget of range(1, rows - 1 - i)) {
            const a = { b, s: sequence(b)[i]!, g: sequence(b)[j]!, other: sequence(perm[b]!)[j]!, budget, d: j - i };
            both[budget >= j - i ? 0 : 1].push(a);
          }
    return both;
  };
  const toEnd = (sources: (b: number) => readonly Row[], perm: readonly number[]): [Asked[], Asked[]] => {
    const both: [Asked[], Asked[]] = [[], []];
    const end = (b: number): Row => emb[b]![c + ahead]!;
    for (const b of clips)
      sources(b).forEach((s, i, all) => {
        const r = all.length - i;
        for (const budget of range(1, r))
          both[budget === r ? 0 : 1].push({ b, s, g: end(b), other: end(perm[b]!), budget, d: r });
      });
    return both;
  };
  const rankOf = (asked: readonly Asked[]): number => {
    const steps = clips.flatMap((b) => {
      const l = asked.filter((a) => a.b === b).map((a) => plainLogit(a.s, a.g, a.budget));
      return l.slice(1).map((v, i) => Math.max(0, 0.1 - (v - l[i]!)));
    });
    return steps.length === 0 ? 0 : mean(steps);
  };
  let loss = group(...within((b) => emb[b]!.slice(c, c + 1 + K), perms[0]!, K + 1), hard, p.how, p.power);
  const imagined = (b: number): readonly Row[] => [emb[b]![c]!, ...pred[b]!.slice(0, ahead)];
  loss += predicted * group(...within(imagined, perms[1]!, ahead + 1), predictedHard, p.how, p.power);
  const encodedEnds = toEnd((b) => emb[b]!.slice(c, c + ahead), perms[2]!);
  loss += terminal * (group(...encodedEnds, terminalHard, p.terminalHow, p.power) + rank * rankOf(encodedEnds[0]));
  if (ahead < 2) return loss;
  const imaginedEnds = toEnd((b) => pred[b]!.slice(0, ahead - 1), perms[3]!);
  loss +=
    terminalPredicted * (group(...imaginedEnds, terminalHard, p.terminalHow, p.power) + rank * rankOf(imaginedEnds[0]));
  const known = toEnd((b) => emb[b]!.slice(c + 1, c + ahead), perms[3]!)[0].map((a) =>
    sigma(plainLogit(a.s, a.g, a.budget)),
  );
  const asked = imaginedEnds[0];
  const found = asked.map((a) => sigma(plainLogit(a.s, a.g, a.budget)));
  const weights = weightsOf(asked, p.terminalHow, p.power);
  loss += align * mean(asked.map((a, i) => weights[i]! * bce(plainLogit(a.s, a.g, a.budget), known[i]!)));
  loss += over * mean(found.map((q, i) => weights[i]! * Math.max(0, q - known[i]! - 0.02)));
  if (ahead > 2) {
    const n = ahead - 1;
    const steps = clips.flatMap((b) => range(b * n + 1, b * n + n - 1));
    const between = steps.map((i) => 0.5 * (weights[i]! + weights[i - 1]!));
    const off = steps.map((i) => (found[i]! - found[i - 1]! - (known[i]! - known[i - 1]!)) ** 2);
    loss += gap * mean(off.map((e, i) => (e * between[i]!) / mean(between)));
  }
  return loss;
}

const weight = fc.constantFrom(0, 0.3, 1);
const D = 3;

test(
  'the reachability loss is the slow sum over all pairs, at any sizes and options',
  () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          B: fc.integer({ min: 2, max: 4 }),
          history: fc.integer({ min: 1, max: 3 }),
          K: fc.integer({ min: 1, max: 4 }),
          h: fc.integer({ min: 1, max: 5 }),
          dense: fc.boolean(),
          how: fc.constantFrom(...pairWeightings),
          power: fc.constantFrom(0.5, 2),
          terminalHow: fc.constantFrom(...pairWeightings),
          w: fc.tuple(weight, weight, weight, fc.constantFrom(0.5, 1), weight, weight, weight, weight, weight, weight),
          seed: fc.integer({ min: 1, max: 99 }),
        }),
        async (p: Drawn) => {
          const T = p.history + p.K;
          const [z, x] = [gaussian(p.B * T * D, p.seed), gaussian(p.B * p.h * D, p.seed + 100)];
          const clipsOf = (data: Float32Array, rows: number): Row[][] =>
            range(0, p.B - 1).map((b) =>
              range(0, rows - 1).map((t) => [...data.subarray((b * rows + t) * D, (b * rows + t + 1) * D)]),
            );
          // Permutations as they come, fixed points and all; one is the identity, which is rolled.
          const perms = range(0, 3).map((i) => (i === 2 ? range(0, p.B - 1) : [...permutation(key(p.seed + i), p.B)]));
          const used = perms.map((perm) =>
            perm.every((v, b) => v === b) ? perm.map((b) => (b + p.B - 1) % p.B) : perm,
          );
          const [hard, predicted, predictedHard, terminal, terminalPredicted, terminalHard, rank, align, over, gap] =
            p.w;
          const options = {
            history: p.history,
            maxHorizon: p.K,
            sources: p.dense ? 'dense' : 'context',
            weighting: p.how,
            power: p.power,
            terminalWeighting: p.terminalHow,
            hard,
            predicted,
            predictedHard,
            terminal,
            terminalPredicted,
            terminalHard,
            rank,
            rankMargin: 0.1,
            align,
            over,
            overMargin: 0.02,
            gap,
          } as ReachabilityOptions;
          const others = range(0, 3).map((i) => withoutIdentity(input(`p${i}`, [p.B], 'i32')));
          const { value } = reachabilityLoss(
            logit,
            {
              embeddings: input('z', [p.B, T, D]),
              predicted: input('x', [p.B, p.h, D]),
              others: {
                encoded: others[0]!,
                predicted: others[1]!,
                terminal: others[2]!,
                terminalPredicted: others[3]!,
              },
            },
            options,
          );
          const feeds: Record<string, Float32Array | Int32Array> = { z, x };
          perms.forEach((perm, i) => {
            feeds[`p${i}`] = Int32Array.from(perm);
          });
          const out = await evaluateUsed(value, feeds);
          const expected = slowLoss(p, clipsOf(z, T), clipsOf(x, p.h), used);
          expect(Math.abs(out - expected)).toBeLessThan(1e-4 * (1 + Math.abs(expected)));
        },
      ),
      { numRuns: 12 },
    ),
  60_000,
);

/** A scalar, fed with what it reads: options switch inputs off. */
async function evaluateUsed(
  value: Tensor,
  feeds: Readonly<Record<string, Float32Array | Int32Array>>,
): Promise<number> {
  const program = await compile({ value }, { runtime });
  const names = program.sources.map(({ name }) => name);
  const out = await program.run({ inputs: Object.fromEntries(names.map((name) => [name, feeds[name]!])) });
  await program.dispose();
  return (out.value as Float32Array)[0]!;
}

test('a teacher adds the cross-entropy of imagined pairs with the probabilities of encoded ones', async () => {
  const [B, K] = [2, 2] as const;
  const [z, x] = [gaussian(B * (1 + K) * D, 1), gaussian(B * K * D, 2)];
  const swap = Int32Array.of(1, 0);
  const clip = {
    embeddings: input('z', [B, 1 + K, D]),
    predicted: input('x', [B, K, D]),
    others: { encoded: input('p', [B], 'i32') },
  };
  const only = { history: 1, maxHorizon: K, predicted: 0, terminal: 0, terminalPredicted: 0 };
  const loss = async (options: ReachabilityOptions): Promise<number> =>
    evaluateUsed(reachabilityLoss(logit, clip, { ...only, ...options }).value, { z, x, p: swap });
  const plain = await loss({});
  const row = (data: Float32Array, b: number, t: number, rows: number): Row => [
    ...data.subarray((b * rows + t) * D, (b * rows + t + 1) * D),
  ];
  const known = (b: number, t: number): Row => row(z, b, t, 1 + K);
  const imagined = (b: number, t: number): Row => (t === 0 ? known(b, 0) : row(x, b, t - 1, K));
  const pairs = [0, 1].flatMap((b) =>
    [
      [0, 1, 1],
      [0, 1, 2],
      [0, 2, 2],
      [1, 2, 1],
    ].map(([i, j, n]) => [b, i!, j!, n!] as const),
  );
  const of = (goals: typeof known): number =>
    mean(
      pairs.map(([b, i, j, n]) =>
        bce(plainLogit(imagined(b, i), goals(b, j), n), sigma(plainLogit(known(b, i), known(b, j), n))),
      ),
    );
  expect((await loss({ teacher: 0.5 })) - plain).toBeCloseTo(0.5 * of(imagined), 4);
  expect((await loss({ sourceTeacher: 0.5 })) - plain).toBeCloseTo(0.5 * of(known), 4);
});

test('one clip has no negatives of other clips, and needs none', async () => {
  const clip = { embeddings: input('z', [1, 3, D]), predicted: input('x', [1, 2, D]), others: {} };
  const { value, stats } = reachabilityLoss(logit, clip, { history: 1 });
  const out = await evaluate({ value, none: stats.neg_prob! }, { z: gaussian(3 * D, 3), x: gaussian(2 * D, 4) });
  expect(Number.isFinite(out.value![0])).toBe(true);
  expect(out.none![0]).toBe(0.5);
});

test('clips that are too short and parts without other clips are refused', () => {
  const clip = (T: number) => ({ embeddings: input('z', [2, T, D]), predicted: input('x', [2, 2, D]), others: {} });
  expect(() => reachabilityLoss(logit, clip(3))).toThrow(/a row after the 3 of their context, got 3 rows/);
  expect(() => reachabilityLoss(logit, clip(5))).toThrow(/'encoded' needs others\.encoded/);
  expect(() => temporalClassLoss((s) => s, clip(3))).toThrow(/a row after the 3 of their context/);
});

test('classes that are alike cost ln of their number, in every part', async () => {
  const [B, T, K] = [3, 6, 3] as const;
  const logits = (from: Tensor): Tensor =>
    mul(broadcastTo(expandDims(dot(from, from), 1), [from.shape[0]!, K + 1]), 0.1);
  const other = input('p', [B], 'i32');
  const { value, stats } = temporalClassLoss(
    logits,
    {
      embeddings: input('z', [B, T, D]),
      predicted: input('x', [B, 2, D]),
      others: { encoded: other, terminal: other, terminalPredicted: other },
    },
    { history: 3, maxHorizon: K, terminal: 0.5, terminalPredicted: 0.25 },
  );
  const feeds = { z: gaussian(B * T * D, 5), x: gaussian(B * 2 * D, 6), p: rolledRows(B, 1) };
  expect(await evaluateUsed(value, feeds)).toBeCloseTo((1 + 0.5 + 0.5 + 0.25) * Math.log(K + 1), 5);
  expect(await evaluateUsed(stats.pos_expected!, feeds)).toBeCloseTo(1.5, 5);
  expect(await evaluateUsed(stats.terminal_neg_zero_prob!, feeds)).toBeCloseTo(1 / (K + 1), 5);
});

test('the identity is rolled by one, and other permutations keep their fixed points', async () => {
  const of = async (p: readonly number[]): Promise<number[]> => {
    const out = await evaluate(
      {
        a: cast(withoutIdentity(input('p', [p.length], 'i32')), 'f32'),
        b: cast(withoutFixedPoints(input('p', [p.length], 'i32')), 'f32'),
      },
      { p: Int32Array.from(p) },
    );
    return [...out.a!, -1, ...out.b!];
  };
  expect(await of([0, 1, 2, 3])).toEqual([3, 0, 1, 2, -1, 1, 2, 3, 0]);
  expect(await of([0, 2, 1, 3])).toEqual([0, 2, 1, 3, -1, 1, 2, 1, 0]);
});

test('rows rolled by a number that is not 0 meet every other row and never themselves', () => {
  expect([...rolledRows(4, 1)]).toEqual([1, 2, 3, 0]);
  expect([...rolledRows(4, 3)]).toEqual([3, 0, 1, 2]);
  expect(() => rolledRows(4, 4)).toThrow(/4 rows can be rolled by 1 to 3/);
  expect(() => rolledRows(1, 1)).toThrow(/rolled by 1 to 0/);
});
