// The predictor of DINO-WM: a vision transformer over the patches of several frames, in which a patch sees all patches of
// its own and earlier frames. Source: gaoyuezhou/dino_wm @0a9492f, models/vit.py; its parameter names.
// Legend: B clips, T frames, P patches per frame, D width.

import {
  attend,
  dropout,
  layerNorm,
  linear,
  type Module,
  module,
  normalInit,
  param,
  type Trace,
} from '../../nn/index.ts';
import { add, concat, constant, gelu, reshape, slice, split, type Tensor } from '../../tensor/index.ts';

/** Size of the predictor; its width follows from what is concatenated. */
export interface FramePredictorConfig {
  readonly depth: number;
  readonly heads: number;
  readonly headDim: number;
  readonly mlpDim: number;
  /** Share of attention weights, attention outputs, hidden units and outputs of the MLP that is dropped in training. */
  readonly dropout: number;
}

/**
 * A frame-block-causal map in two forms of one function. `run` takes all frames at once, [B, T, P, D], and masks.
 * `runFrames` takes them one by one, [B, P, D] each, and needs no mask: traced again with more frames, what earlier frames
 * give is the same graph and is computed once, and what nobody reads is not computed at all.
 */
export interface FramePredictor {
  run(z: Tensor): Tensor;
  runFrames(frames: readonly Tensor[]): readonly Tensor[];
}

/** Which patch may attend to which, row-major [T P, T P]: 1 where the key's frame is not after the query's. */
export function frameCausal(frames: number, patches: number): Uint8Array {
  const n = frames * patches;
  return Uint8Array.from({ length: n * n }, (_, i) =>
    Math.floor((i % n) / patches) <= Math.floor(Math.floor(i / n) / patches) ? 1 : 0,
  );
}

const FORBIDDEN = -1e9;

/** `frameCausal` as what is added to the scores. */
function additiveMask(frames: number, patches: number): Tensor {
  const n = frames * patches;
  return constant(
    Float32Array.from(frameCausal(frames, patches), (may) => (may === 1 ? 0 : FORBIDDEN)),
    [n, n],
    'f32',
  );
}

interface Sized extends FramePredictorConfig {
  readonly dim: number;
}

/** Tokens of all frames [B, T P, D] with a mask, or of single frames. */
interface TokenMap {
  run(x: Tensor, mask: Tensor | undefined): Tensor;
  runFrames(xs: readonly Tensor[]): readonly Tensor[];
}

function attention({ dim, heads, headDim, dropout: p }: Sized): Module<TokenMap> {
  const inner = heads * headDim;
  const children = {
    norm: layerNorm(dim),
    to_qkv: linear(dim, 3 * inner, { bias: false }),
    'to_out.0': linear(inner, dim),
  };
  return module(children, (m, trace) => {
    const project = (x: Tensor) => split(m.to_qkv(m.norm(x)), [inner, inner, inner], -1) as [Tensor, Tensor, Tensor];
    const dropWeights = (weights: Tensor): Tensor => dropout(weights, p, trace);
    const mix = (q: Tensor, k: Tensor, v: Tensor, mask?: Tensor): Tensor => {
      const mixed = attend(q, k, v, { heads, dropWeights, ...(mask === undefined ? {} : { mask }) });
      return dropout(m['to_out.0'](mixed), p, trace);
    };
    return {
      run: (x, mask) => mix(...project(x), mask),
      runFrames(xs) {
        const projected = xs.map(project);
        const upTo = (part: 1 | 2, i: number): Tensor =>
          concat(
            projected.slice(0, i + 1).map((frame) => frame[part]),
            1,
          );
        return projected.map(([q], i) => mix(q, upTo(1, i), upTo(2, i)));
      },
    };
  });
}

/** Layer norm, Linear, GELU, Linear; indices in the names are those of the reference's nn.Sequential. */
function feedForward({ dim, mlpDim, dropout: p }: Sized): Module<(x: Tensor) => Tensor> {
  const children = { 'net.0': layerNorm(dim), 'net.1': linear(dim, mlpDim), 'net.4': linear(mlpDim, dim) };
  return module(children, (m, trace: Trace) => (x: Tensor) => {
    const hidden = dropout(gelu(m['net.1'](m['net.0'](x))), p, trace);
    return dropout(m['net.4'](hidden), p, trace);
  });
}

function block(config: Sized): Module<TokenMap> {
  return module({ '0': attention(config), '1': feedForward(config) }, (m) => {
    const after = (x: Tensor, mixed: Tensor): Tensor => {
      const y = add(x, mixed);
      return add(y, m['1'](y));
    };
    return {
      run: (x, mask) => after(x, m['0'].run(x, mask)),
      runFrames: (xs) => m['0'].runFrames(xs).map((mixed, i) => after(xs[i]!, mixed)),
    };
  });
}

function transformer(config: Sized): Module<TokenMap> {
  const children = {
    norm: layerNorm(config.dim),
    layers: Array.from({ length: config.depth }, () => block(config)),
  };
  return module(children, (m) => ({
    run: (x, mask) => m.norm(m.layers.reduce((h, layer) => layer.run(h, mask), x)),
    runFrames: (xs) => m.layers.reduce((hs, layer) => layer.runFrames(hs), xs).map((h) => m.norm(h)),
  }));
}

/** Learned positions of `history` frames and a pre-norm transformer with a final layer norm. */
export function framePredictor(config: Sized, history: number, patches: number): Module<FramePredictor> {
  const children = {
    pos_embedding: param([1, history * patches, config.dim], normalInit()),
    transformer: transformer(config),
  };
  return module(children, (m) => ({
    run(z) {
      const [B, T, P, D] = z.shape as [number, number, number, number];
      const tokens = add(reshape(z, [B, T * P, D]), slice(m.pos_embedding, 1, 0, T * P));
      return reshape(m.transformer.run(tokens, T > 1 ? additiveMask(T, P) : undefined), z.shape);
    },
    runFrames: (frames) =>
      m.transformer.runFrames(
        frames.map((frame, t) => add(frame, slice(m.pos_embedding, 1, t * patches, (t + 1) * patches))),
      ),
  }));
}
