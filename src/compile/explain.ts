// What a program costs on paper: nodes, parameters, floating-point operations and bytes, by kind of operation.

import { topological } from '../autodiff/index.ts';
import { bytesOf, constantOf, type Node, sizeOf, sourceOf, type Tensor } from '../tensor/index.ts';
import type { Lowered } from './lower.ts';

/** One row of the explanation: all nodes of one operation. */
export interface ExplanationRow {
  readonly operation: string;
  readonly nodes: number;
  readonly flops: number;
  /** Bytes read and written, counting each input and output of each node once. */
  readonly bytes: number;
}

/** Costs of one run of a program. */
export interface Explanation {
  readonly name: string;
  readonly nodes: number;
  /** Nodes of the lowered ONNX model. */
  readonly loweredNodes: number;
  /** Elements in trainable parameters. */
  readonly parameters: number;
  readonly flops: number;
  readonly bytes: number;
  readonly rows: readonly ExplanationRow[];
  /** The same as a table for people. */
  toString(): string;
}

function bytesMoved(node: Node): number {
  const of = (t: Tensor): number => sizeOf(t.shape) * bytesOf[t.dtype];
  return node.inputs.reduce((n, t) => n + of(t), 0) + node.outputs.reduce((n, t) => n + of(t), 0);
}

/** A count with a unit prefix: 1.5 M. */
function show(n: number): string {
  const units = ['', 'k', 'M', 'G', 'T'];
  let v = n;
  let u = 0;
  while (v >= 1000 && u < units.length - 1) {
    v /= 1000;
    u++;
  }
  return `${u === 0 ? v : v.toFixed(v < 10 ? 2 : 1)} ${units[u]}`.trim();
}

/** Explains named outputs of a simplified graph. */
export function explain(name: string, outputs: Readonly<Record<string, Tensor>>, lowered: Lowered): Explanation {
  const rows = new Map<string, { nodes: number; flops: number; bytes: number }>();
  let parameters = 0;
  for (const node of topological(Object.values(outputs))) {
    const first = node.outputs[0]!;
    const source = sourceOf(first);
    if (source?.role === 'parameter') parameters += sizeOf(first.shape);
    if (source !== undefined || constantOf(first) !== undefined) continue;
    const row = rows.get(node.op.name) ?? { nodes: 0, flops: 0, bytes: 0 };
    row.nodes++;
    row.flops += node.op.flops === undefined ? sizeOf(first.shape) : node.op.flops(node, node.attributes as never);
    row.bytes += bytesMoved(node);
    rows.set(node.op.name, row);
  }
  const sorted = [...rows].map(([operation, r]) => ({ operation, ...r })).sort((a, b) => b.flops - a.flops);
  const sum = (pick: (r: ExplanationRow) => number): number => sorted.reduce((n, r) => n + pick(r), 0);
  const total = { nodes: sum((r) => r.nodes), flops: sum((r) => r.flops), bytes: sum((r) => r.bytes) };
  const line = (a: string, b: string, c: string, d: string): string =>
    `${a.padEnd(18)}${b.padStart(7)}${c.padStart(12)}${d.padStart(12)}`;
  return {
    name,
    ...total,
    loweredNodes: lowered.graph.nodes.length,
    parameters,
    rows: sorted,
    toString: () =>
      [
        `${name}: ${total.nodes} operations (${lowered.graph.nodes.length} ONNX nodes), ${parameters} parameters`,
        line('operation', 'nodes', 'FLOP', 'bytes'),
        ...sorted.map((r) => line(r.operation, String(r.nodes), show(r.flops), `${show(r.bytes)}B`)),
        line('total', String(total.nodes), show(total.flops), `${show(total.bytes)}B`),
      ].join('\n'),
  };
}
