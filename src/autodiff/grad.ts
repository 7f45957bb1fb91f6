// Reverse-mode differentiation of the symbolic graph. Each operation states its own gradient in terms of other
// operations, so gradients are graphs again and can be differentiated where the rules allow it.

import { JepaError } from '../core/index.ts';
import { add, full, type Node, sameShape, showType, sourceOf, type Tensor, zeros } from '../tensor/index.ts';

/** What to do about a tensor that does not influence the loss. */
export interface GradOptions {
  /** `error` (default) names the tensor; `zero` gives a zero gradient. */
  readonly unused?: 'error' | 'zero';
  /** Gradient of some outer quantity with respect to `loss`, of the same shape; default 1 for a scalar loss. */
  readonly seed?: Tensor;
}

/** All nodes that `roots` depend on, inputs before users. Iterative: graphs may be deeper than the call stack. */
export function topological(roots: readonly Tensor[]): Node[] {
  const order: Node[] = [];
  const state = new Map<Node, 'open' | 'done'>();
  const stack: Node[] = roots.map((t) => t.node).reverse();
  while (stack.length > 0) {
    const node = stack[stack.length - 1]!;
    const seen = state.get(node);
    if (seen !== undefined) {
      stack.pop();
      if (seen === 'open') {
        state.set(node, 'done');
        order.push(node);
      }
      continue;
    }
    state.set(node, 'open');
    for (let i = node.inputs.length - 1; i >= 0; i--) {
      const dependency = node.inputs[i]!.node;
      if (!state.has(dependency)) stack.push(dependency);
    }
  }
  return order;
}

/**
 * Gradients of a scalar loss with respect to each tensor in `wrt`, of the same shapes.
 *
 * @throws JepaError 'shape' when the loss is not a scalar f32 and no seed is given; 'usage' when a tensor does not
 * influence the loss (unless `unused: 'zero'`), or an operation on the way is not differentiable.
 */
export function grad(loss: Tensor, wrt: readonly Tensor[], options: GradOptions = {}): Tensor[] {
  const { unused = 'error', seed } = options;
  if (seed === undefined && (loss.shape.length !== 0 || loss.dtype !== 'f32')) {
    throw new JepaError(
      'shape',
      `grad: the loss must be a scalar f32 (or give a seed), got ${showType(loss)}; reduce it with reduceMean or reduceSum`,
    );
  }
  if (seed !== undefined && !sameShape(seed.shape, loss.shape)) {
    throw new JepaError('shape', `grad: the seed must have the loss's shape ${showType(loss)}, got ${showType(seed)}`);
  }
  const order = topological([loss]);
  const wanted = new Set(wrt);
  // Nodes on a path from a wanted tensor to the loss: only these receive gradients.
  const active = new Set<Node>();
  for (const node of order) {
    if (node.outputs.some((t) => wanted.has(t)) || node.inputs.some((t) => active.has(t.node))) active.add(node);
  }
  const grads = new Map<Tensor, Tensor>([[loss, seed ?? full(1, [])]]);
  for (let n = order.length - 1; n >= 0; n--) {
    const node = order[n]!;
    if (!active.has(node) || node.inputs.length === 0) continue;
    const outer = node.outputs.map((t) => grads.get(t));
    if (outer.every((g) => g === undefined)) continue;
    const wants = (i: number): boolean => active.has(node.inputs[i]!.node) && node.inputs[i]!.dtype === 'f32';
    if (!node.inputs.some((_, i) => wants(i))) continue;
    const rule = node.op.gradient;
    if (rule === undefined) continue;
    const context = {
      inputs: node.inputs,
      outputs: node.outputs,
      attributes: node.attributes as never,
      grads: outer,
      wants,
    };
    const inner = rule(context);
    node.inputs.forEach((input, i) => {
      const g = inner[i];
      if (g === undefined || !wants(i)) return;
      if (!sameShape(g.shape, input.shape)) {
        throw new JepaError(
          'shape',
          `gradient of ${node.op.name}: input ${i} is ${showType(input)} but its gradient is ${showType(g)}`,
        );
      }
      const sum = grads.get(input);
      grads.set(input, sum === undefined ? g : add(sum, g));
    });
  }
  return wrt.map((t) => {
    const g = grads.get(t);
    if (g !== undefined) return g;
    if (unused === 'zero') return zeros(t.shape);
    const name = sourceOf(t)?.name ?? showType(t);
    throw new JepaError('usage', `grad: '${name}' does not influence the loss; remove it or ask for unused: 'zero'`, {
      name,
    });
  });
}

/** The loss itself and its gradients, for one program that computes both. */
export function valueAndGrad(
  loss: Tensor,
  wrt: readonly Tensor[],
  options: GradOptions = {},
): { readonly value: Tensor; readonly grads: Tensor[] } {
  return { value: loss, grads: grad(loss, wrt, options) };
}
