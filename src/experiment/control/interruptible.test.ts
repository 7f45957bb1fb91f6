import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { cem, type PlanProblem } from '../../plan/index.ts';
import { interruptible } from './interruptible.ts';

/** The squared length of a plan; each cost takes as many turns of the event loop as are asked for. */
function problem(turns: number, onCost: () => void = () => {}): PlanProblem {
  return {
    tasks: 1,
    horizon: 1,
    actionDim: 2,
    async cost(candidates, samples) {
      onCost();
      for (let n = 0; n < turns; n++) await nextTurn();
      return Float32Array.from({ length: samples }, (_, s) => candidates[2 * s]! ** 2 + candidates[2 * s + 1]! ** 2);
    },
  };
}

test('a problem that is not interrupted is solved as before', async () => {
  const { signal } = new AbortController();
  const solver = cem({ samples: 16, elites: 4, iterations: 3 });
  const solved = async (p: PlanProblem) => (await solver.solve(p, { key: key(1) })).plan;
  expect(await solved(interruptible(problem(0), signal))).toEqual(await solved(problem(0)));
});

test('an abort ends the search with its reason in the middle of a cost', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  let costs = 0;
  const slow = problem(100_000, () => {
    costs++;
    setImmediate(() => controller.abort(reason));
  });
  const solving = cem({ samples: 16, elites: 4, iterations: 3 }).solve(interruptible(slow, controller.signal), {
    key: key(1),
  });
  await expect(solving).rejects.toBe(reason);
  expect(costs).toBe(1);
});
