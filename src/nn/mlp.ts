// Multi-layer perceptrons.

import { gelu, relu, type Tensor } from '../tensor/index.ts';
import { linear } from './linear.ts';
import { type Module, module } from './module.ts';
import { batchNorm1d } from './norm.ts';

/** Linear -> BatchNorm -> GELU -> Linear on rows [R, inDim]: LeWorldModel's projector, indices as its nn.Sequential. */
export function projector(inDim: number, hiddenDim: number, outDim: number): Module<(rows: Tensor) => Tensor> {
  const children = {
    'net.0': linear(inDim, hiddenDim),
    'net.1': batchNorm1d(hiddenDim),
    'net.3': linear(hiddenDim, outDim),
  };
  return module(children, (m) => (rows: Tensor) => m['net.3'](gelu(m['net.1'](m['net.0'](rows)))));
}

/** Linear layers with an activation between them; parameters `0.weight`, `1.weight`, ... */
export function mlp(dims: readonly number[], activation: 'gelu' | 'relu' = 'gelu'): Module<(x: Tensor) => Tensor> {
  const act = activation === 'gelu' ? (x: Tensor) => gelu(x) : relu;
  const layers = dims.slice(1).map((d, i) => linear(dims[i]!, d));
  const children = Object.fromEntries(layers.map((l, i) => [String(i), l]));
  return module(
    children,
    (m) => (x: Tensor) => layers.reduce((h, _, i) => (i === 0 ? m['0']!(h) : m[String(i)]!(act(h))), x),
  );
}

/** Which linear layers of an expander have a bias. */
export interface ExpanderOptions {
  readonly hiddenBias?: boolean;
  readonly outputBias?: boolean;
}

/**
 * Linear -> BatchNorm -> ReLU, repeated, then Linear, on rows [R, dims[0]]; indices as the references' nn.Sequential.
 * VICReg: no bias on the output (default). Barlow Twins: none at all. LeJEPA, eb_jepa: everywhere.
 */
export function expander(
  dims: readonly number[],
  { hiddenBias = true, outputBias = false }: ExpanderOptions = {},
): Module<(rows: Tensor) => Tensor> {
  const hidden = dims.slice(1, -1);
  const children: Record<string, Module<(x: Tensor) => Tensor>> = {};
  for (const [i, width] of hidden.entries()) {
    children[`${3 * i}`] = linear(dims[i]!, width, { bias: hiddenBias });
    children[`${3 * i + 1}`] = batchNorm1d(width);
  }
  children[`${3 * hidden.length}`] = linear(dims.at(-2)!, dims.at(-1)!, { bias: outputBias });
  return module(children, (m) => (rows: Tensor) => {
    let h = rows;
    for (let i = 0; i < hidden.length; i++) h = relu(m[`${3 * i + 1}`]!(m[`${3 * i}`]!(h)));
    return m[`${3 * hidden.length}`]!(h);
  });
}
