// The gated recurrent unit (Cho et al. 2014) in PyTorch's form and names.
// Legend: B batch, T time, I input width, H hidden width.

import { add, affine, at, mul, sigmoid, split, stack, sub, type Tensor, tanh } from '../tensor/index.ts';
import { uniformFanIn } from './init.ts';
import { type Module, module, param } from './module.ts';

/** A bound GRU. */
export interface Gru {
  /** One step: x [B, I], h [B, H] -> new h [B, H]. */
  step(x: Tensor, h: Tensor): Tensor;
  /** All steps: x [B, T, I], h [B, H] -> hidden states [B, T, H]. */
  run(x: Tensor, h: Tensor): Tensor;
}

/** A one-layer GRU: r, z gates and candidate n; h' = (1 - z) n + z h. */
export function gru(inputDim: number, hiddenDim: number): Module<Gru> {
  const init = uniformFanIn(hiddenDim);
  const children = {
    weight_ih_l0: param([3 * hiddenDim, inputDim], init),
    weight_hh_l0: param([3 * hiddenDim, hiddenDim], init),
    bias_ih_l0: param([3 * hiddenDim], init),
    bias_hh_l0: param([3 * hiddenDim], init),
  };
  const thirds = [hiddenDim, hiddenDim, hiddenDim];
  return module(children, (p) => {
    const step = (x: Tensor, h: Tensor): Tensor => {
      const [xr, xz, xn] = split(affine(x, p.weight_ih_l0, p.bias_ih_l0), thirds, -1) as [Tensor, Tensor, Tensor];
      const [hr, hz, hn] = split(affine(h, p.weight_hh_l0, p.bias_hh_l0), thirds, -1) as [Tensor, Tensor, Tensor];
      const z = sigmoid(add(xz, hz));
      const n = tanh(add(xn, mul(sigmoid(add(xr, hr)), hn)));
      return add(mul(sub(1, z), n), mul(z, h));
    };
    return {
      step,
      run(x, h) {
        const states: Tensor[] = [];
        let current = h;
        for (let t = 0; t < x.shape[1]!; t++) {
          current = step(at(x, 1, t), current);
          states.push(current);
        }
        return stack(states, 1);
      },
    };
  });
}
