// The small control problem of the case `swm_solvers`, with its gradient from our own engine:
// x_{t+1} = tanh(M x_t + K a_t), cost = |x_H - goal|^2 + 0.05 sum of squared actions.
// Axes: E tasks, S samples, H horizon, D numbers of one action block, X state.

import { cache, compile, type Program } from '../../src/compile/index.ts';
import { actionGradient, type PlanProblem } from '../../src/plan/index.ts';
import { nodeRuntime } from '../../src/runtime/index.ts';
import { add, broadcastTo, type HostArray, input, matmul, mul, reduceSum, reshape, slice, square, sub, type Tensor, tanh, transpose } from '../../src/tensor/index.ts';
import type { ParityCase } from '../runner/case.ts';
import { numberOf } from '../runner/config.ts';

const EFFORT = 0.05;

/** The problem; its cost and its gradient are programs, one per number of samples, until `dispose`. */
export function analyticProblem(c: ParityCase): PlanProblem & { dispose(): Promise<void> } {
  const X = numberOf(c.config, 'state_dim');
  const E = numberOf(c.config, 'envs');
  const H = numberOf(c.config, 'horizon');
  const D = numberOf(c.config, 'action_dim') * numberOf(c.config, 'action_block');
  const given = Object.fromEntries(
    ['M', 'K', 'x0', 'goal'].map((name) => [name, c.tensor(`input.${name}`).data as HostArray]),
  );
  const runtime = nodeRuntime({ threads: 1 });

  function trace(S: number): { readonly cost: Tensor; readonly plans: Tensor } {
    const plans = input('plans', [E, S, H, D]);
    const [move, push] = [transpose(input('M', [X, X]), [1, 0]), transpose(input('K', [X, D]), [1, 0])];
    const perSample = (x: Tensor): Tensor => reshape(broadcastTo(reshape(x, [E, 1, X]), [E, S, X]), [E * S, X]);
    let x = perSample(input('x0', [E, X]));
    for (let h = 0; h < H; h++) {
      const action = reshape(slice(plans, 2, h, h + 1), [E * S, D]);
      x = tanh(add(matmul(x, move), matmul(action, push)));
    }
    const miss = reduceSum(square(sub(x, perSample(input('goal', [E, X])))), { axes: -1 });
    const effort = reduceSum(square(plans), { axes: [2, 3] });
    return { cost: add(reshape(miss, [E, S]), mul(effort, EFFORT)), plans };
  }

  const programs = cache<Program>({ keep: 2, free: (program) => program.dispose() });
  const run = async (
    kind: 'cost' | 'gradient',
    plans: Float32Array,
    S: number,
  ): Promise<Record<string, Float32Array>> => {
    const name = `${kind} ${S}`;
    const make = (): Promise<Program> => {
      const { cost, plans } = trace(S);
      return compile(kind === 'cost' ? { cost } : actionGradient(cost, plans), { runtime, name });
    };
    return (await programs.use(name, make, (program) => program.run({ inputs: { ...given, plans } }))) as Record<
      string,
      Float32Array
    >;
  };

  return {
    name: 'tanh dynamics',
    tasks: E,
    horizon: H,
    actionDim: D,
    cost: async (plans, S) => (await run('cost', plans, S)).cost!,
    async costAndGradient(plans, S) {
      const { cost, gradient } = await run('gradient', plans, S);
      return { cost: cost!, gradient: gradient! };
    },
    dispose: () => programs.clear(),
  };
}
