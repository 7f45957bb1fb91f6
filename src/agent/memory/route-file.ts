// A graph of recorded embeddings as the tensors of a safetensors file, their names behind `graph.`, so that the file of a model can
// carry it.
// Legend: N nodes, D width of an embedding, m edges, E episodes.

import { JepaError } from '../../core/index.ts';
import { f32Tensor, type SafeTensor, toFloat32 } from '../../data/index.ts';
import type { RouteRecord } from './route-record.ts';

const PREFIX = 'graph.';

/** Whether a tensor of a file belongs to a graph. */
export function isRouteTensor(name: string): boolean {
  return name.startsWith(PREFIX);
}

function integers(shape: readonly number[], data: Int32Array): SafeTensor {
  return { dtype: 'I32', shape, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/**
 * The tensors of a graph: `graph.nodes` F32 [N, D], `graph.rows` I32 [N], `graph.edges` I32 [m, 2], `graph.lengths` F32 [m],
 * `graph.episodes` I32 [E, 2] (first node, nodes) and `graph.scale` F64 [2] (unit, maxEdge).
 */
export function routeTensors({
  dim,
  nodes,
  rows,
  edges,
  unit,
  maxEdge,
  episodes,
}: RouteRecord): (readonly [string, SafeTensor])[] {
  const spans = Int32Array.from(episodes.flatMap(({ row, length }) => [row, length]));
  const scale = new Uint8Array(Float64Array.of(unit, maxEdge).buffer);
  const named: Readonly<Record<string, SafeTensor>> = {
    nodes: f32Tensor([rows.length, dim], nodes),
    rows: integers([rows.length], rows),
    edges: integers([edges.lengths.length, 2], edges.ends),
    lengths: f32Tensor([edges.lengths.length], edges.lengths),
    episodes: integers([episodes.length, 2], spans),
    scale: { dtype: 'F64', shape: [2], data: scale },
  };
  return Object.entries(named).map(([name, tensor]) => [`${PREFIX}${name}`, tensor]);
}

/**
 * The graph among the tensors of a file, `path` for messages; undefined when the file has none.
 *
 * @throws JepaError 'checkpoint' when one of its tensors is missing or of another kind
 */
export function routesOf(tensors: ReadonlyMap<string, SafeTensor>, path: string): RouteRecord | undefined {
  if (![...tensors.keys()].some(isRouteTensor)) return undefined;
  /** A tensor of one axis, or of rows of `width` numbers. */
  const part = (name: string, dtype: SafeTensor['dtype'], width?: number | 'any'): SafeTensor => {
    const tensor = tensors.get(`${PREFIX}${name}`);
    const inner = tensor?.shape.slice(1) ?? [];
    const fits =
      width === undefined ? inner.length === 0 : inner.length === 1 && (width === 'any' || inner[0] === width);
    if (tensor?.dtype === dtype && tensor.shape.length > 0 && fits) return tensor;
    const form = `${dtype} [rows${width === undefined ? '' : width === 'any' ? ', numbers' : `, ${width}`}]`;
    throw new JepaError(
      'checkpoint',
      `${path}: '${PREFIX}${name}' must be ${form}, got ${tensor === undefined ? 'nothing' : `${tensor.dtype} [${tensor.shape}]`}; export the model again`,
      { path, name },
    );
  };
  const whole = (name: string, width?: number): Int32Array => {
    const { data } = part(name, 'I32', width);
    return new Int32Array(data.slice().buffer);
  };
  const nodes = part('nodes', 'F32', 'any');
  const spans = whole('episodes', 2);
  const [unit, maxEdge] = new Float64Array(part('scale', 'F64').data.slice().buffer);
  return {
    dim: nodes.shape[1]!,
    nodes: toFloat32(nodes),
    rows: whole('rows'),
    edges: { ends: whole('edges', 2), lengths: toFloat32(part('lengths', 'F32')) },
    unit: unit!,
    maxEdge: maxEdge!,
    episodes: Array.from({ length: spans.length / 2 }, (_, e) => ({ row: spans[2 * e]!, length: spans[2 * e + 1]! })),
  };
}
