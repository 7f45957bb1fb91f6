// Constant folding. What depends on constants only is computed once, by the runtime itself, so that folding can never
// disagree with running.

import { topological } from '../autodiff/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { constant, constantOf, type Node, sizeOf, sourceOf, type Tensor } from '../tensor/index.ts';
import { lower } from './lower.ts';
import { encodeModel } from './onnx/model.ts';
import { rewrite } from './rewrite.ts';

/** Results larger than this are folded only when they are no larger than their inputs: a broadcast must not be stored. */
const LARGE = 65_536;

/** Replaces every tensor that depends on constants only by its value. */
export async function foldConstants(roots: readonly Tensor[], runtime: Runtime, version: string): Promise<Tensor[]> {
  const fixed = new Set<Node>();
  const edges = new Set<Tensor>();
  const order = topological(roots);
  for (const node of order) {
    if (node.inputs.length === 0) {
      if (sourceOf(node.outputs[0]!) === undefined) fixed.add(node);
      continue;
    }
    if (node.inputs.every((t) => fixed.has(t.node))) {
      const before = node.inputs.reduce((n, t) => n + sizeOf(t.shape), 0);
      if (node.outputs.every((t) => sizeOf(t.shape) <= Math.max(LARGE, before))) fixed.add(node);
    }
  }
  const isEdge = (t: Tensor): boolean => fixed.has(t.node) && constantOf(t) === undefined;
  for (const node of order) if (!fixed.has(node)) for (const t of node.inputs) if (isEdge(t)) edges.add(t);
  for (const t of roots) if (isEdge(t)) edges.add(t);
  if (edges.size === 0) return [...roots];

  const targets = [...edges];
  const outputs = Object.fromEntries(targets.map((t, i) => [`fold${i}`, t]));
  const { graph } = lower(outputs, { name: 'fold', portable: runtime.portable });
  const session = await runtime.load(encodeModel(graph, version));
  const values = await session.run({}, Object.fromEntries(Object.keys(outputs).map((k) => [k, null])));
  await session.dispose();
  const folded = new Map<Tensor, Tensor>(
    targets.map((t, i) => [t, constant((values[`fold${i}`]!.data as Float32Array).slice(), t.shape, t.dtype as 'f32')]),
  );
  const rebuilt = rewrite(roots, (node) => {
    if (!node.outputs.some((t) => folded.has(t))) return undefined;
    return node.outputs.map((t) => folded.get(t) ?? t);
  });
  return rebuilt;
}
