// Metric residual networks (arXiv 2208.08133): a symmetric distance and a directed residual, each in a projection of its own.
// Legend: N pairs, D width of an embedding, u and v the symmetric and the directed projection.
// Sources: quasimetric-learning/torch-quasimetric @0365394 torchqmet/mrn.py (`MRN`, `MRNFixed`); the head of TD-JEPA,
// HKBU-KnowComp/Temporal-Distance-JEPA @0c9e302 module.py.

import { layerNorm, linear, type Module, module } from '../../nn/index.ts';
import {
  add,
  gelu,
  less,
  maximum,
  reduceMax,
  reduceMean,
  reduceSum,
  relu,
  slice,
  sqrt,
  square,
  stack as stackTensors,
  sub,
  type Tensor,
  where,
} from '../../tensor/index.ts';
import type { PairHead, PairHeadForm } from './pair-head.ts';
import { checkSizes, type Rows, stack, standardised } from './parts.ts';

/** Size and form of the head. */
export interface MrnConfig {
  /** Width of the hidden layer of a projection. */
  readonly hidden: number;
  /** Widths of u and v. */
  readonly symmetric: number;
  readonly directed: number;
  /**
   * 1: the root of the squared distance, with which d is a quasimetric (`MRNFixed`, TD-JEPA). 2: the squared distance as first
   * published (`MRN`), with which the triangle inequality does not hold. @default 1
   */
  readonly p?: 1 | 2;
  /** Whether squares are averaged over u (torch-quasimetric) or summed (TD-JEPA). @default 'sum' */
  readonly over?: 'sum' | 'mean';
  /**
   * `shared`: one Linear - LayerNorm - GELU - Linear gives both (TD-JEPA; parameters `backbone.0`, `.1`, `.3`). `separate`: a Linear
   * - ReLU - Linear for each (torch-quasimetric; `sym_proj.0`, `.2`, `asym_proj.0`, `.2`). @default 'shared'
   */
  readonly projection?: 'shared' | 'separate';
  /** Whether embeddings are standardised by the buffers `input.mean` and `input.std`. @default true */
  readonly standardise?: boolean;
}

/** What a bound metric residual network offers. */
export interface Mrn extends PairHead {
  /** The symmetric and the directed part, [N, 2]. */
  components(from: Tensor, to: Tensor): Tensor;
}

/** Squared distances below this count as 0: the slope of the root there is not finite. */
const LEAST_SQUARE = 1e-24;

/** Embeddings to u and v. */
function projections(dim: number, config: MrnConfig): Module<(z: Tensor) => readonly [u: Tensor, v: Tensor]> {
  const { hidden, symmetric, directed, projection = 'shared' } = config;
  if (projection === 'separate') {
    const project = (width: number): Module<Rows> => stack([dim, hidden, width], { activation: 'relu' });
    return module(
      { sym_proj: project(symmetric), asym_proj: project(directed) },
      (m) => (z: Tensor) => [m.sym_proj(z), m.asym_proj(z)] as const,
    );
  }
  const backbone = {
    'backbone.0': linear(dim, hidden),
    'backbone.1': layerNorm(hidden),
    'backbone.3': linear(hidden, symmetric + directed),
  };
  return module(backbone, (m) => (z: Tensor) => {
    const both = m['backbone.3'](gelu(m['backbone.1'](m['backbone.0'](z))));
    return [slice(both, 1, 0, symmetric), slice(both, 1, symmetric)] as const;
  });
}

/**
 * d(s -> g) = |u_s - u_g|^p + max_k relu(v_s - v_g)_k, at least 0. With p = 1 it is a quasimetric: exactly 0 from an embedding to
 * itself, and no way is longer than a detour.
 *
 * @throws JepaError `usage` for sizes that cannot be
 * @example
 * const head = mrn(16, { hidden: 256, symmetric: 32, directed: 32 });
 */
export function mrn(dim: number, config: MrnConfig): PairHeadForm & { readonly module: Module<Mrn> } {
  const { hidden, symmetric, directed, p = 1, over = 'sum', standardise } = config;
  checkSizes('mrn', { dim, hidden, symmetric, directed });
  const sum = over === 'sum' ? reduceSum : reduceMean;
  const net = module({ input: standardised(dim, standardise), '': projections(dim, config) }, (m): Mrn => {
    const parts = (from: Tensor, to: Tensor): readonly [Tensor, Tensor] => {
      const [[us, vs], [ug, vg]] = [m[''](m.input(from)), m[''](m.input(to))];
      const squares = sum(square(sub(us, ug)), { axes: -1 });
      const root = where(less(squares, LEAST_SQUARE), 0, sqrt(maximum(squares, LEAST_SQUARE)));
      return [p === 1 ? root : squares, relu(reduceMax(sub(vs, vg), { axes: -1 }))];
    };
    return {
      components: (from, to) => stackTensors(parts(from, to), -1),
      distance: (from, to) => add(...parts(from, to)),
    };
  });
  return { kind: p === 1 ? 'mrn' : 'mrn (p = 2)', dim, unit: 'blocks', module: net };
}
