// CEM against reference runs: stable-worldmodel's solver on an analytic cost, and the updates of LeWM, EB-JEPA and
// V-JEPA 2-AC fed with the costs their models gave (so that only the planner's arithmetic is compared).

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import type { PlanProblem } from '../problem.ts';
import type { SolverStep } from '../solver.ts';
import { type CemOptions, cem, cemVariants } from './cem.ts';

interface Stored {
  readonly values: Float32Array;
  readonly shape: readonly number[];
  readonly atol: number;
}

const root = new URL('../../../parity/', import.meta.url);

/** A parity case: its configuration and its f32 tensors with the tolerance stated for each. */
function readCase(name: string): { config: Record<string, never>; tensor: (name: string) => Stored } {
  const info = JSON.parse(readFileSync(new URL(`${name}/case.json`, root), 'utf8'));
  const file = readFileSync(new URL(`${name}/tensors.safetensors`, root));
  const headerSize = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerSize));
  return {
    config: info.config,
    tensor(tensorName) {
      const { data_offsets, shape } = header[tensorName];
      const bytes = file.subarray(8 + headerSize + data_offsets[0], 8 + headerSize + data_offsets[1]);
      const copy = new Uint8Array(bytes).buffer;
      const values =
        header[tensorName].dtype === 'I32' ? Float32Array.from(new Int32Array(copy)) : new Float32Array(copy);
      return { values, shape, atol: info.tensors[tensorName].atol ?? 0 };
    },
  };
}

function expectClose(got: Float32Array, want: Stored, from = 0): void {
  const slice = want.values.subarray(from, from + got.length);
  expect(got.length).toBe(slice.length);
  let worst = 0;
  for (let i = 0; i < got.length; i++) worst = Math.max(worst, Math.abs(got[i]! - slice[i]!));
  expect(worst).toBeLessThanOrEqual(want.atol);
}

/** Noise stored as [iterations, ...] in the solver's own layout. */
function stored(noise: Stored): (iteration: number, out: Float32Array) => void {
  return (iteration, out) => out.set(noise.values.subarray(iteration * out.length, (iteration + 1) * out.length));
}

/** The analytic cost of the swm_solvers case: x' = tanh(M x + K a), cost = |x_H - goal|^2 + 0.05 sum a^2. */
function analyticProblem(c: ReturnType<typeof readCase>): PlanProblem {
  const [m, k, x0, goals] = ['input.M', 'input.K', 'input.x0', 'input.goal'].map((n) => c.tensor(n).values);
  const [tasks, horizon, dim] = [x0!.length / 4, 5, 4];
  return {
    tasks,
    horizon,
    actionDim: dim,
    cost(candidates, samples) {
      const cost = new Float32Array(tasks * samples);
      for (let row = 0; row < cost.length; row++) {
        const task = Math.floor(row / samples);
        let x = [...x0!.subarray(task * 4, task * 4 + 4)];
        let effort = 0;
        for (let h = 0; h < horizon; h++) {
          const a = candidates.subarray((row * horizon + h) * dim, (row * horizon + h + 1) * dim);
          x = x.map((_, i) => {
            let sum = 0;
            for (let j = 0; j < 4; j++) sum += m![i * 4 + j]! * x[j]! + k![i * 4 + j]! * a[j]!;
            return Math.tanh(sum);
          });
          for (const value of a) effort += value * value;
        }
        const miss = x.reduce((sum, value, i) => sum + (value - goals![task * 4 + i]!) ** 2, 0);
        cost[row] = miss + 0.05 * effort;
      }
      return cost;
    },
  };
}

test('CEM reproduces stable-worldmodel: costs, mean and deviation of every iteration, and the plan', async () => {
  const c = readCase('swm_solvers');
  const problem = analyticProblem(c);
  const { samples, topk, iterations, var_scale: initialStd } = c.config as Record<string, number>;
  const steps: number[] = [];
  const compare = ({ iteration, cost, mean, std }: SolverStep) => {
    steps.push(iteration);
    expectClose(cost, c.tensor('output.cem_cost'), iteration * cost.length);
    expectClose(mean, c.tensor('output.cem_mean'), iteration * mean.length);
    expectClose(std, c.tensor('output.cem_std'), iteration * std.length);
  };
  const solver = cem({ samples: samples!, elites: topk!, iterations: iterations!, initialStd: initialStd! });
  const { plan } = await solver.solve(problem, {
    key: key(0),
    init: c.tensor('input.init_action').values,
    noise: stored(c.tensor('input.noise')),
    onIteration: compare,
  });
  expect(steps).toEqual([0, 1, 2, 3]);
  expectClose(plan, c.tensor('output.cem_plan'));
});

/** A problem whose costs were stored, iteration by iteration. */
function replay(costs: Stored, shape: { tasks: number; horizon: number; actionDim: number }): PlanProblem {
  let at = 0;
  return {
    ...shape,
    cost(_, samples) {
      const from = at;
      at += shape.tasks * samples;
      return costs.values.slice(from, at);
    },
  };
}

test('CEM fed with the costs of LeWM chooses its elites and reproduces mean, deviation and plan', async () => {
  const c = readCase('lewm');
  const problem = replay(c.tensor('output.cem_cost'), { tasks: 2, horizon: 5, actionDim: 10 });
  const { plan, cost } = await cem({ samples: 32, elites: 4, iterations: 3 }).solve(problem, {
    key: key(0),
    noise: stored(c.tensor('input.cem_noise')),
    onIteration({ iteration, elites, mean, std }) {
      expect([...elites]).toEqual([...c.tensor('output.cem_elites').values.slice(iteration * 8, iteration * 8 + 8)]);
      expectClose(mean, c.tensor('output.cem_mean'), iteration * mean.length);
      expectClose(std, c.tensor('output.cem_std'), iteration * std.length);
    },
  });
  expectClose(plan, c.tensor('output.cem_plan'));
  expect(cost[0]).toBeCloseTo(2.959683895111084, 4);
  expect(cost[1]).toBeCloseTo(2.963197708129883, 4);
});

/** Noise stored as [iterations, H, S, D] (one task). */
function stepFirst(noise: Stored): (iteration: number, out: Float32Array) => void {
  const [, horizon, samples, dim] = noise.shape as [number, number, number, number];
  return (iteration, out) => {
    for (let i = 0; i < out.length; i++) {
      const [d, h, s] = [i % dim, Math.floor(i / dim) % horizon, Math.floor(i / (dim * horizon))];
      out[i] = noise.values[((iteration * horizon + h) * samples + s) * dim + d]!;
    }
  };
}

test('the eb-jepa variant rescales actions and reproduces mean, deviation and plan', async () => {
  const c = readCase('eb_jepa_ac');
  const problem = replay(c.tensor('output.cem_cost'), { tasks: 1, horizon: 6, actionDim: 2 });
  const options: CemOptions = { ...cemVariants['eb-jepa'], samples: 32, elites: 5, iterations: 3 };
  const { plan } = await cem(options).solve(problem, {
    key: key(0),
    noise: stepFirst(c.tensor('input.plan_noise')),
    onIteration({ iteration, mean, std }) {
      expectClose(mean, c.tensor('output.cem_mean'), (iteration + 1) * mean.length);
      expectClose(std, c.tensor('output.cem_std'), (iteration + 1) * std.length);
    },
  });
  expectClose(plan, c.tensor('output.cem_plan'));
});

test('the v-jepa-ac variant clips, uses momentum and reproduces mean and deviation', async () => {
  const c = readCase('vjepa2_ac');
  const problem = replay(c.tensor('output.cem_cost'), { tasks: 1, horizon: 2, actionDim: 4 });
  const options: CemOptions = { ...cemVariants['v-jepa-ac'], samples: 32, elites: 5, iterations: 3 };
  await cem(options).solve(problem, {
    key: key(0),
    noise: stepFirst(c.tensor('input.cem_noise')),
    onIteration({ iteration, mean, std }) {
      expectClose(mean, c.tensor('output.cem_mean'), iteration * mean.length);
      expectClose(std, c.tensor('output.cem_std'), iteration * std.length);
    },
  });
});
