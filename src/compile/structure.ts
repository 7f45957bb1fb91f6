// The structure of a graph as text: equal texts compute the same function of equally named sources.

import { topological } from '../autodiff/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { nodeIdentity } from './rewrite.ts';

/** Canonical text of named outputs. */
export function structureOf(outputs: Readonly<Record<string, Tensor>>): string {
  const numbers = new Map<Tensor, number>();
  const lines: string[] = [];
  for (const node of topological(Object.values(outputs))) {
    for (const t of node.outputs) numbers.set(t, numbers.size);
    lines.push(`${nodeIdentity(node)} (${node.inputs.map((t) => numbers.get(t)).join()})`);
  }
  for (const [name, t] of Object.entries(outputs)) lines.push(`${name}=${numbers.get(t)}`);
  return lines.join('\n');
}
