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
