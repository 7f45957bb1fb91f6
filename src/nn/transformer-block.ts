// The pre-norm transformer block of the vision transformers, with the options of its descendants: layer scale (Touvron et
// al. 2021, arXiv 2103.17239), stochastic depth, gated MLPs (Shazeer 2020, arXiv 2002.05202), rotary positions.
// Legend: B batch, n tokens, D width, F hidden width.

import { add, gelu, mul, silu, slice, split, type Tensor } from '../tensor/index.ts';
import { attend } from './attention.ts';
import { dropPath } from './dropout.ts';
import { filled, truncatedNormalInit, zero } from './init.ts';
import { type LinearOptions, linear } from './linear.ts';
import { type Module, module, param, type Trace } from './module.ts';
import { layerNorm } from './norm.ts';
import { type Rotation, rotate } from './positions.ts';
import { type BlockNames, VIT_NAMES } from './vit-names.ts';

/** Which linear layers of a block have a bias; all do by default. A fused projection has one if the queries have. */
export interface BlockBiases {
  readonly query?: boolean;
  readonly key?: boolean;
  readonly value?: boolean;
  readonly out?: boolean;
  readonly mlp?: boolean;
}

/** Size and options of a block. */
export interface BlockConfig {
  readonly dim: number;
  readonly heads: number;
  /** Hidden width F of the MLP. */
  readonly mlpDim: number;
  readonly layerNormEpsilon?: number;
  /** `gelu`: down(gelu(up x)). `gated`: down(silu(gate x) * up x). `swiglu`: the same with gate and up in one layer. */
  readonly mlp?: 'gelu' | 'gated' | 'swiglu';
  readonly biases?: BlockBiases;
  /** Initial factor of both branches, one learned number per channel; without it there is none. */
  readonly layerScale?: number;
  /** Probability in training that a sample skips a branch. */
  readonly dropPath?: number;
  /** Default: those of HuggingFace's ViT. */
  readonly names?: BlockNames;
  /** The last layers of both branches start as truncated normals of this deviation; default 0.02, as all others. */
  readonly branchStd?: number;
}

/** What a block is told besides its tokens. */
export interface BlockCall {
  /** Only that many leading tokens are computed; the others serve as their keys and values. */
  readonly queries?: number | undefined;
  /** Rotation of queries and keys by position. */
  readonly rotation?: Rotation | undefined;
}

/** Tokens [B, n, D] -> [B, n, D], or [B, queries, D]. */
export type Block = (x: Tensor, call?: BlockCall) => Tensor;

type Map1 = (x: Tensor) => Tensor;

/** A learned factor per channel. */
function layerScale(dim: number, initial: number, name: string): Module<Map1> {
  return module({ [name]: param([dim], filled(initial)) }, (p) => (x: Tensor) => mul(x, p[name]!));
}

function plain(bias = true, std = 0.02): LinearOptions {
  return { bias, weightInit: truncatedNormalInit(std), biasInit: zero };
}

/** The parts of a block by name, and how they make queries, keys, values and the MLP. */
function projections({ dim, biases = {}, names }: BlockConfig & { readonly names: BlockNames }): {
  readonly children: Record<string, Module<Map1>>;
  readonly project: (p: Record<string, Map1>, x: Tensor, first: Map1) => readonly [Tensor, Tensor, Tensor];
} {
  const { qkv } = names;
  if (typeof qkv === 'string')
    return {
      children: { [qkv]: linear(dim, 3 * dim, plain(biases.query)) },
      project(p, x, first) {
        const [q, k, v] = split(p[qkv]!(x), [dim, dim, dim], -1) as [Tensor, Tensor, Tensor];
        return [first(q), k, v];
      },
    };
  const [query, key, value] = qkv;
  return {
    children: {
      [query]: linear(dim, dim, plain(biases.query)),
      [key]: linear(dim, dim, plain(biases.key)),
      [value]: linear(dim, dim, plain(biases.value)),
    },
    project: (p, x, first) => [p[query]!(first(x)), p[key]!(x), p[value]!(x)],
  };
}

function feedForward({
  dim,
  mlpDim,
  mlp = 'gelu',
  biases = {},
  branchStd,
  names,
}: BlockConfig & { names: BlockNames }): {
  readonly children: Record<string, Module<Map1>>;
  readonly apply: (p: Record<string, Map1>, x: Tensor) => Tensor;
} {
  const { up, down, gate, fused } = names;
  const into = (width: number) => linear(dim, width, plain(biases.mlp));
  const out = linear(mlpDim, dim, plain(biases.mlp, branchStd));
  if (mlp === 'gelu')
    return { children: { [up]: into(mlpDim), [down]: out }, apply: (p, x) => p[down]!(gelu(p[up]!(x))) };
  if (mlp === 'gated')
    return {
      children: { [gate]: into(mlpDim), [up]: into(mlpDim), [down]: out },
      apply: (p, x) => p[down]!(mul(silu(p[gate]!(x)), p[up]!(x))),
    };
  return {
    children: { [fused[0]]: into(2 * mlpDim), [fused[1]]: out },
    apply(p, x) {
      const [gates, values] = split(p[fused[0]]!(x), [mlpDim, mlpDim], -1) as [Tensor, Tensor];
      return p[fused[1]]!(mul(silu(gates), values));
    },
  };
}

/** x + scale1 * out(attention(norm1 x)), then x + scale2 * mlp(norm2 x). */
export function transformerBlock(config: BlockConfig): Module<Block> {
  const { dim, heads, layerNormEpsilon = 1e-12, layerScale: scale, dropPath: rate = 0, branchStd } = config;
  const names = config.names ?? VIT_NAMES.vit.block;
  const attention = projections({ ...config, names });
  const mlp = feedForward({ ...config, names });
  const children: Record<string, Module<Map1>> = {
    [names.norm1]: layerNorm(dim, layerNormEpsilon),
    ...attention.children,
    [names.out]: linear(dim, dim, plain(config.biases?.out, branchStd)),
    [names.norm2]: layerNorm(dim, layerNormEpsilon),
    ...mlp.children,
  };
  if (scale !== undefined) {
    children[names.scale1] = layerScale(dim, scale, names.scale);
    children[names.scale2] = layerScale(dim, scale, names.scale);
  }
  return module(children, (p, trace: Trace) => {
    const joined = (x: Tensor, branch: Tensor, scaleName: string): Tensor => {
      const scaled = scale === undefined ? branch : p[scaleName]!(branch);
      return add(x, dropPath(scaled, rate, trace));
    };
    return (x, { queries, rotation } = {}) => {
      const first = (t: Tensor): Tensor => (queries === undefined ? t : slice(t, 1, 0, queries));
      let [q, k, v] = attention.project(p, p[names.norm1]!(x), first);
      if (rotation !== undefined) {
        const ofQueries = queries === undefined ? rotation : { cos: first(rotation.cos), sin: first(rotation.sin) };
        q = rotate(q, ofQueries, heads);
        k = rotate(k, rotation, heads);
      }
      const y = joined(first(x), p[names.out]!(attend(q, k, v, { heads })), names.scale1);
      return joined(y, mlp.apply(p, p[names.norm2]!(y)), names.scale2);
    };
  });
}
