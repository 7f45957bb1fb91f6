// Costs of the decoded state in a world whose optimum is known: a pendulum that is pushed along one axis.

import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { runtime } from '../../nn/run-module.law.ts';
import {
  avoidingCost,
  type Cost,
  cem,
  decodedCost,
  gradient,
  rangeNumbers,
  type Solver,
  type StateDecoder,
} from '../../plan/index.ts';
import { mul, sub } from '../../tensor/index.ts';
import { oscillator, oscillatorValues, PUSH, swing } from '../world-model/oscillator.law.ts';
import { worldModel } from '../world-model/world-model.ts';

const model = worldModel(oscillator, oscillatorValues, runtime);
const decoder: StateDecoder = {
  dim: 2,
  numbers: ['place', 'speed'].map((name) => ({ name, circular: false, r: 1, low: -5, high: 5, deviation: 1 })),
  leftOut: [],
  weights: Float32Array.of(1, 0, 0, 1),
  bias: new Float32Array(2),
};
const last = { kind: 'last' } as const;
const box = { kind: 'box', low: -PUSH, high: PUSH } as const;
const search = cem({ samples: 400, elites: 40, iterations: 30, constraint: box });

/** The states that four planned pushes lead through from rest. */
async function planned(cost: Cost, goals: Float32Array, solver: Solver = search): Promise<[number, number][]> {
  const sizes = { tasks: 1, contextLength: 1, horizon: 4 };
  const problem = model.problemBetween(
    { context: new Float32Array(2), executed: new Float32Array(0), goals, ...sizes },
    cost,
  );
  const { plan } = await solver.solve(problem, { key: key(1) });
  const states: [number, number][] = [[0, 0]];
  for (const push of plan) states.push(swing(states.at(-1)!, push));
  return states.slice(1);
}

test('a function of the state is driven to its optimum: the farthest place that four pushes reach', async () => {
  const cost = decodedCost(decoder, (state) => mul(state('place'), -1), last);
  const end = (await planned(cost, Float32Array.of(0))).at(-1)!;
  // A push counts by how far it has turned into the place since: sin of 0, 1, 2, 3 eighths of a turn.
  expect(end[0]).toBeCloseTo(PUSH * (1 + Math.SQRT2), 2);
});

test.each([
  ['by sampling', search],
  [
    'along the gradient',
    gradient({ samples: 4, iterations: 300, descent: { kind: 'adam', lr: 0.02 }, constraint: box }),
  ],
])('a state within four pushes is met, %s', async (_, solver) => {
  const goal = rangeNumbers(decoder, { place: [0.6, 0.6], speed: [-0.3, -0.3] });
  const end = (await planned(decodedCost(decoder, 'ranges', last), goal, solver)).at(-1)!;
  expect(end[0]).toBeCloseTo(0.6, 1);
  expect(end[1]).toBeCloseTo(-0.3, 1);
});

test('what is avoided on the way moves the way and not the end', async () => {
  const base = decodedCost(decoder, 'ranges', last);
  const goal = rangeNumbers(decoder, { place: [0.6, 0.6] });
  const least = -0.2;
  const cost = avoidingCost(base, decoder, [{ of: (state) => sub(least, state('place')), hard: true }]);
  const states = await planned(cost, Float32Array.from([...goal, 1]));
  expect(states.at(-1)![0]).toBeCloseTo(0.6, 1);
  expect(Math.min(...states.map(([place]) => place))).toBeGreaterThan(least - 0.02);
  const opposite = await planned(
    avoidingCost(base, decoder, [{ of: (state) => sub(state('place'), 0.1), hard: true }]),
    Float32Array.from([...goal, 1]),
  );
  expect(Math.max(...opposite.map(([place]) => place))).toBeLessThan(0.12);
});
