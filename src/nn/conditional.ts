// The conditional transformer of LeWorldModel's predictor: AdaLN-zero blocks whose modulation comes from one conditioning
// vector per token (Peebles & Xie 2022, arXiv 2212.09748; specification world-models 1.1), under le-wm's parameter names.
// Legend: B batch, T time, D width.

import { add, concat, gelu, modulate, mul, silu, split, type Tensor } from '../tensor/index.ts';
import { attend } from './attention.ts';
import { dropout } from './dropout.ts';
import { zero } from './init.ts';
import { linear } from './linear.ts';
import { type Module, module } from './module.ts';
import { layerNorm, plainLayerNorm } from './norm.ts';

/** Size of a conditional transformer. */
export interface ConditionalConfig {
  /** Width D inside the blocks. */
  readonly dim: number;
  /** Width of input, conditioning and output; when it differs from `dim`, linear maps lead in and out. Default `dim`. */
  readonly inputDim?: number;
  readonly depth: number;
  readonly heads: number;
  readonly headDim: number;
  readonly mlpDim: number;
  /** Share of attention weights, attention outputs, hidden units and outputs of the MLP that is dropped in training. */
  readonly dropout: number;
}

/**
 * A causal map of tokens, in two forms of one function. `run` takes all tokens in one tensor [B, T, D]. `runTokens` takes
 * them one by one, [B, 1, D] each: traced again with more tokens, what earlier tokens give is the same graph and is
 * computed once, and what nobody reads is not computed at all.
 */
interface CausalMap<Extra extends readonly unknown[]> {
  run(x: Tensor, ...extra: { [K in keyof Extra]: Tensor }): Tensor;
  runTokens(xs: readonly Tensor[], ...extra: { [K in keyof Extra]: readonly Tensor[] }): readonly Tensor[];
}

/** Causal attention with its own layer norm and a fused projection to queries, keys and values. */
function causalAttention({ dim, heads, headDim, dropout: p }: ConditionalConfig): Module<CausalMap<[]>> {
  const inner = heads * headDim;
  const children = {
    norm: layerNorm(dim),
    to_qkv: linear(dim, 3 * inner, { bias: false }),
    'to_out.0': linear(inner, dim),
  };
  return module(children, (m, trace) => {
    const project = (x: Tensor) => split(m.to_qkv(m.norm(x)), [inner, inner, inner], -1) as [Tensor, Tensor, Tensor];
    const dropWeights = (weights: Tensor): Tensor => dropout(weights, p, trace);
    const mix = (q: Tensor, k: Tensor, v: Tensor, causal: boolean): Tensor =>
      dropout(m['to_out.0'](attend(q, k, v, { heads, causal, dropWeights })), p, trace);
    return {
      run(x) {
        const [q, k, v] = project(x);
        return mix(q, k, v, true);
      },
      runTokens(xs) {
        const projected = xs.map(project);
        const upTo = (part: 1 | 2, i: number): Tensor =>
          concat(
            projected.slice(0, i + 1).map((t) => t[part]),
            1,
          );
        return projected.map(([q], i) => mix(q, upTo(1, i), upTo(2, i), false));
      },
    };
  });
}

/** Layer norm, Linear, GELU, Linear; indices in the names are those of the reference's nn.Sequential. */
function feedForward({ dim, mlpDim, dropout: p }: ConditionalConfig): Module<(x: Tensor) => Tensor> {
  const children = { 'net.0': layerNorm(dim), 'net.1': linear(dim, mlpDim), 'net.4': linear(mlpDim, dim) };
  return module(children, (m, trace) => (x: Tensor) => {
    const hidden = dropout(gelu(m['net.1'](m['net.0'](x))), p, trace);
    return dropout(m['net.4'](hidden), p, trace);
  });
}

function conditionalBlock(config: ConditionalConfig): Module<CausalMap<[c: Tensor]>> {
  const { dim } = config;
  const children = {
    attn: causalAttention(config),
    mlp: feedForward(config),
    'adaLN_modulation.1': linear(dim, 6 * dim, { weightInit: zero, biasInit: zero }),
  };
  return module(children, (m) => {
    const partsOf = (c: Tensor) => {
      const parts = split(m['adaLN_modulation.1'](silu(c)), Array<number>(6).fill(dim), -1);
      const [shift1, scale1, gate1, shift2, scale2, gate2] = parts as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
      return { shift1, scale1, gate1, shift2, scale2, gate2 };
    };
    type Parts = ReturnType<typeof partsOf>;
    const before = (x: Tensor, { scale1, shift1 }: Parts): Tensor => modulate(plainLayerNorm(x, 1e-6), scale1, shift1);
    const after = (x: Tensor, mixed: Tensor, { gate1, shift2, scale2, gate2 }: Parts): Tensor => {
      const y = add(x, mul(gate1, mixed));
      return add(y, mul(gate2, m.mlp(modulate(plainLayerNorm(y, 1e-6), scale2, shift2))));
    };
    return {
      run(x, c) {
        const parts = partsOf(c);
        return after(x, m.attn.run(before(x, parts)), parts);
      },
      runTokens(xs, cs) {
        const parts = cs.map(partsOf);
        const mixed = m.attn.runTokens(xs.map((x, i) => before(x, parts[i]!)));
        return xs.map((x, i) => after(x, mixed[i]!, parts[i]!));
      },
    };
  });
}

/** What a bound conditional transformer offers: the same causal function of all tokens at once, or of single tokens. */
export type ConditionalTransformer = CausalMap<[c: Tensor]>;

/** Causal AdaLN-zero transformer: x and conditioning c [B, T, inputDim] -> the same shape, with a final layer norm. */
export function conditionalTransformer(config: ConditionalConfig): Module<ConditionalTransformer> {
  const { dim, inputDim = dim } = config;
  const children = {
    input_proj: widthChange(inputDim, dim),
    cond_proj: widthChange(inputDim, dim),
    norm: layerNorm(dim),
    layers: Array.from({ length: config.depth }, () => conditionalBlock(config)),
    output_proj: widthChange(dim, inputDim),
  };
  return module(children, (m) => {
    const out = (x: Tensor): Tensor => m.output_proj(m.norm(x));
    return {
      run(x, c) {
        const condition = m.cond_proj(c);
        return out(m.layers.reduce((h, layer) => layer.run(h, condition), m.input_proj(x)));
      },
      runTokens(xs, cs) {
        const conditions = cs.map((c) => m.cond_proj(c));
        const first: readonly Tensor[] = xs.map((x) => m.input_proj(x));
        return m.layers.reduce((h, layer) => layer.runTokens(h, conditions), first).map(out);
      },
    };
  });
}

/** A linear map between two widths; the identity, without parameters, when they are equal. */
function widthChange(from: number, to: number): Module<(x: Tensor) => Tensor> {
  return from === to ? module({}, () => (x: Tensor) => x) : linear(from, to);
}
