// u (1 + erf u), which is the exact GELU without its constant factors: gelu(x) = sqrt(1/2) u (1 + erf u), u = x sqrt(1/2).
// `linear` moves the two factors into the weights before and after. What is kept from the forward pass saves the gradient
// half of its passes over the widest tensor of a transformer.

import { emitScalar } from '../emit.ts';
import { apply, type Operation, requireDType, type Tensor } from '../graph.ts';
import { sizeOf } from '../shape.ts';
import { add, exp, mul, square, sub } from './elementwise.ts';

/** Outputs: y = u (1 + erf u), and the gate 1 + erf u, which the gradient reads again. */
const erfGateOp: Operation<Record<string, never>> = {
  name: 'erfGate',
  infer(inputs) {
    requireDType(inputs, 'f32');
    const { shape } = inputs[0]!;
    return [
      { dtype: 'f32', shape },
      { dtype: 'f32', shape },
    ];
  },
  gradient({ inputs, outputs, grads: [dy, dGate] }) {
    const u = inputs[0]!;
    // d(1 + erf u)/du; its constant 2 / sqrt pi stands inside the exponential, which saves a pass.
    const density = exp(sub(Math.log(2 / Math.sqrt(Math.PI)), square(u)));
    const viaY = dy && mul(dy, add(outputs[1]!, mul(u, density)));
    const viaGate = dGate && mul(dGate, density);
    return [viaY && viaGate ? add(viaY, viaGate) : (viaY ?? viaGate)];
  },
  lower(emitter, inputs) {
    const gate = emitter.node('Add', [emitter.node('Erf', inputs)[0]!, emitScalar(emitter, 1)])[0]!;
    return [emitter.node('Mul', [inputs[0]!, gate])[0]!, gate];
  },
  flops: (node) => 10 * sizeOf(node.outputs[0]!.shape),
};

/** u (1 + erf u) = sqrt 2 gelu(sqrt 2 u). */
export function erfGate(u: Tensor): Tensor {
  return apply(erfGateOp, [u], {})[0]!;
}
