// Graph passes. One walk in topological order rebuilds the graph and, on the way, merges equal nodes (common
// subexpressions) and asks each operation whether it can be written more simply. Dead code never survives, because only
// what the outputs reach is walked.

import { topological } from '../autodiff/index.ts';
import { apply, constant, type HostArray, type Node, type Source, sourceOf, type Tensor } from '../tensor/index.ts';

const operationIds = new Map<unknown, number>();

/** A number for each operation object, so that two operations of one name stay distinct. */
function operationId(op: unknown): number {
  let id = operationIds.get(op);
  if (id === undefined) {
    id = operationIds.size;
    operationIds.set(op, id);
  }
  return id;
}

/** What makes two nodes equal apart from their inputs. */
export function nodeIdentity(node: Node): string {
  const attributes =
    node.op.identity === undefined ? JSON.stringify(node.attributes) : node.op.identity(node.attributes as never);
  return `${operationId(node.op)} ${attributes}`;
}

/** Replaces tensors while walking; `visit` may return a replacement for a rebuilt node's outputs. */
export function rewrite(roots: readonly Tensor[], visit: (node: Node) => readonly Tensor[] | undefined): Tensor[] {
  const map = new Map<Tensor, Tensor>();
  for (const node of topological(roots)) {
    const inputs = node.inputs.map((t) => map.get(t) ?? t);
    const same = inputs.every((t, i) => t === node.inputs[i]);
    const rebuilt = same ? node : apply(node.op, inputs, node.attributes as never)[0]!.node;
    const outputs = visit(rebuilt) ?? rebuilt.outputs;
    node.outputs.forEach((t, i) => {
      const replacement = outputs[i]!;
      if (replacement !== t) map.set(t, replacement);
    });
  }
  return roots.map((t) => map.get(t) ?? t);
}

/** Common subexpressions become one; operations simplify themselves. */
export function simplify(roots: readonly Tensor[]): Tensor[] {
  const numbers = new Map<Tensor, number>();
  const numberOf = (t: Tensor): number => {
    let n = numbers.get(t);
    if (n === undefined) {
      n = numbers.size;
      numbers.set(t, n);
    }
    return n;
  };
  const seen = new Map<string, readonly Tensor[]>();
  return rewrite(roots, (node) => {
    const simpler = node.op.simplify?.(node.inputs, node.attributes as never, node.outputs);
    if (simpler !== undefined && simpler[0] !== node.outputs[0]) return simpler;
    const key = `${nodeIdentity(node)} ${node.inputs.map(numberOf).join()}`;
    const equal = seen.get(key);
    if (equal !== undefined) return equal;
    seen.set(key, node.outputs);
    return undefined;
  });
}

/** Replaces sources by constants. The host arrays are copied: they may change later. */
export function bakeSources(roots: readonly Tensor[], bake: (source: Source) => HostArray | undefined): Tensor[] {
  return rewrite(roots, (node) => {
    const source = sourceOf(node.outputs[0]!);
    const data = source && bake(source);
    if (source === undefined || data === undefined) return undefined;
    return [constant(data.slice() as Float32Array, source.type.shape, source.type.dtype as 'f32')];
  });
}
