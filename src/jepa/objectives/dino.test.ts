// DINO and KoLeo: golden values (specification objectives 13.4), fixed points, the centre, and what must be refused.
// Legend: N samples, K prototypes.

import { expect, test } from 'vitest';
import { grad } from '../../autodiff/index.ts';
import { gaussian } from '../../nn/run-module.law.ts';
import { input, zeros } from '../../tensor/index.ts';
import { dino, koLeo } from '../index.ts';
import { evaluate, view, z1, z2 } from './golden.law.ts';

test('the cross-entropy of one pair has its golden value', async () => {
  // One teacher view; the student's view of the same index is left out, so the second is the pair.
  const { value } = dino([view('b'), view('a')], [view('b')], zeros([4]));
  const out = await evaluate({ value }, { a: z1, b: z2 });
  expect(out.value![0]! / 2.06067700579).toBeCloseTo(1, 5);
});

test('all pairs of a teacher view and another student view count equally', async () => {
  const [N, K, V, G] = [3, 5, 4, 2];
  const names = Array.from({ length: V + G }, (_, i) => `x${i}`);
  const logits = names.map((n) => input(n, [N, K]));
  const inputs = Object.fromEntries(names.map((n, i) => [n, gaussian(N * K, i)]));
  const centre = gaussian(K, 77);
  const { value } = dino(logits.slice(0, V), logits.slice(V), input('centre', [K]), { teacherTemperature: 0.07 });
  const out = await evaluate({ value }, { ...inputs, centre });
  const softmax = (x: readonly number[]): number[] => {
    const e = x.map((v) => Math.exp(v - Math.max(...x)));
    return e.map((v) => v / e.reduce((a, b) => a + b));
  };
  let sum = 0;
  for (let g = 0; g < G; g++)
    for (let v = 0; v < V; v++)
      for (let n = 0; n < N && v !== g; n++) {
        const row = (i: number): number[] => Array.from(inputs[`x${i}`]!.slice(n * K, (n + 1) * K));
        const p = softmax(row(V + g).map((x, k) => (x - centre[k]!) / 0.07));
        const q = softmax(row(v).map((x) => x / 0.1));
        sum -= p.reduce((s, pk, k) => s + pk * Math.log(q[k]!), 0) / N;
      }
  expect(out.value![0]! / (sum / (G * (V - 1)))).toBeCloseTo(1, 4);
});

test('the new centre is 0.9 of the old and 0.1 of the mean teacher logits, and no gradient reaches the teacher', async () => {
  const { value, centre } = dino([view('a'), view('b')], [view('t'), view('u')], input('old', [4]));
  const old = Float32Array.of(1, -2, 0.5, 3);
  const given = { a: z1, b: z2, t: gaussian(32, 1), u: gaussian(32, 2), old };
  const out = await evaluate({ value, centre }, given);
  for (let k = 0; k < 4; k++) {
    let mean = 0;
    for (let n = 0; n < 8; n++) mean += (given.t[n * 4 + k]! + given.u[n * 4 + k]!) / 16;
    expect(out.centre![k]!).toBeCloseTo(0.9 * old[k]! + 0.1 * mean, 5);
  }
  const teacher = view('t');
  const again = dino([view('a'), view('b')], [teacher], input('centre', [4]));
  expect(() => grad(again.value, [teacher])).toThrow(/does not influence the loss/);
});

test('a uniform student costs log K, whatever the teacher says', async () => {
  const { value } = dino([zeros([8, 4]), zeros([8, 4])], [view('t')], zeros([4]));
  expect((await evaluate({ value }, { t: z1 })).value![0]!).toBeCloseTo(Math.log(4), 5);
});

test('KoLeo has its golden value and grows when two embeddings meet', async () => {
  const out = await evaluate({ value: koLeo(view('a')), near: koLeo(view('n')) }, { a: z1, n: near() });
  expect(out.value![0]! / 0.28380099127).toBeCloseTo(1, 5);
  expect(out.near![0]!).toBeGreaterThan(out.value![0]! + 1);
});

/** z1 with its second row moved next to the first. */
function near(): Float32Array {
  const x = z1.slice();
  for (let k = 0; k < 4; k++) x[4 + k] = x[k]! * 1 + 1e-3 * (k + 1);
  return x;
}

test('unequal logits, a lone student view and a lone sample are refused', () => {
  expect(() => dino([view('a'), input('b', [8, 3])], [view('t')], zeros([4]))).toThrow(/logits of one shape/);
  expect(() => dino([view('a')], [view('t')], zeros([4]))).toThrow(/at least 2 of them/);
  expect(() => koLeo(input('z', [1, 4]))).toThrow(/at least 2 samples/);
});
