// The attentive probe of V-JEPA: one learned query attends to the frozen tokens, then a linear layer classifies.
//   q1 = q + softmax(Q Kᵀ / sqrt(d)) V,  Q = W_q q,  K, V = W_kv LN(x);  q2 = q1 + MLP(LN(q1));  logits = W q2 + b
// There is no projection after the attention: the reference has `CrossAttention.proj` but does not apply it.
// Probe v2 of V-JEPA 2 puts three self-attention blocks before the query (`selfBlocks: 3`).
// Sources: facebookresearch/jepa and facebookresearch/vjepa2, `src/models/attentive_pooler.py`; arXiv 2404.08471.
// Axes: B batch, T tokens, D embedding, C classes.

import { compile } from '../../compile/index.ts';
import { JepaError, type Key } from '../../core/index.ts';
import {
  attend,
  type Bound,
  bind,
  layerNorm,
  linear,
  type Module,
  module,
  param,
  truncatedNormalInit,
  zero,
} from '../../nn/index.ts';
import { adamW, decayMatrices } from '../../optim/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import { add, at, broadcastTo, gelu, input, split, type Tensor } from '../../tensor/index.ts';
import type { Tokens } from '../collapse/deviation.ts';
import { type Matrix, requireFinite } from '../matrix/matrix.ts';
import { fitHead } from './fit.ts';
import { checkLabels } from './split.ts';

/** Settings of the attentive probe; the defaults are those of V-JEPA but for the number of heads. */
export interface AttentiveProbeSettings {
  /** Attention heads; the width must be a multiple. Default 4 (V-JEPA: 12 to 16 at widths 768 to 1280). */
  readonly heads?: number;
  /** Self-attention blocks before the query: 0 (default, V-JEPA) or 3 (V-JEPA 2). */
  readonly selfBlocks?: number;
  /** Default 20. */
  readonly epochs?: number;
  /** Default 256. */
  readonly batchSize?: number;
  /** Default 1e-3. */
  readonly lr?: number;
  /** Default 1e-3. */
  readonly weightDecay?: number;
  /** Default 1. */
  readonly clip?: number;
}

/** A trained attentive probe. */
export interface AttentiveProbe {
  /** Mean loss of each epoch. */
  readonly losses: readonly number[];
  /** Logits [N, C] of tokens [N, T, D] with the T and D of the training. */
  logits(tokens: Tokens): Promise<Matrix<Float32Array>>;
}

const trained = { weightInit: truncatedNormalInit(0.02), biasInit: zero };

/** The second half of a block: normalisation and an MLP of four times the width. */
const mlpChildren = (width: number) => ({
  norm2: layerNorm(width),
  'mlp.fc1': linear(width, 4 * width, trained),
  'mlp.fc2': linear(4 * width, width, trained),
});

const withMlp = (m: Bound<ReturnType<typeof mlpChildren>>, x: Tensor): Tensor =>
  add(x, m['mlp.fc2'](gelu(m['mlp.fc1'](m.norm2(x)))));

const selfBlock = (width: number, heads: number): Module<(x: Tensor) => Tensor> =>
  module(
    {
      norm1: layerNorm(width),
      'attn.qkv': linear(width, 3 * width, trained),
      'attn.proj': linear(width, width, trained),
      ...mlpChildren(width),
    },
    (m) => (x: Tensor) => {
      const [q, k, v] = split(m['attn.qkv'](m.norm1(x)), [width, width, width], -1) as [Tensor, Tensor, Tensor];
      return withMlp(m, add(x, m['attn.proj'](attend(q, k, v, { heads }))));
    },
  );

const crossBlock = (width: number, heads: number): Module<(query: Tensor, tokens: Tensor) => Tensor> =>
  module(
    {
      norm1: layerNorm(width),
      'xattn.q': linear(width, width, trained),
      'xattn.kv': linear(width, 2 * width, trained),
      ...mlpChildren(width),
    },
    (m) => (query: Tensor, tokens: Tensor) => {
      const [k, v] = split(m['xattn.kv'](m.norm1(tokens)), [width, width], -1) as [Tensor, Tensor];
      return withMlp(m, add(query, attend(m['xattn.q'](query), k, v, { heads })));
    },
  );

/** Tokens [B, T, D] -> logits [B, C]. */
function attentiveHead(
  width: number,
  classes: number,
  heads: number,
  selfBlocks: number,
): Module<(x: Tensor) => Tensor> {
  return module(
    {
      'pooler.query_tokens': param([1, 1, width], truncatedNormalInit(0.02)),
      'pooler.blocks': Array.from({ length: selfBlocks }, () => selfBlock(width, heads)),
      'pooler.cross_attention_block': crossBlock(width, heads),
      linear: linear(width, classes, trained),
    },
    (m) => (x: Tensor) => {
      const tokens = m['pooler.blocks'].reduce((h, block) => block(h), x);
      const query = broadcastTo(m['pooler.query_tokens'], [x.shape[0]!, 1, width]);
      return m.linear(at(m['pooler.cross_attention_block'](query, tokens), 1, 0));
    },
  );
}

/**
 * Fits the attentive probe on frozen tokens [N, T, D] with AdamW and a cosine to 0. Biases, norms and other vectors do
 * not decay.
 */
export async function attentiveProbe(
  tokens: Tokens,
  labels: ArrayLike<number>,
  classes: number,
  options: AttentiveProbeSettings & { readonly key: Key; readonly runtime?: Runtime },
): Promise<AttentiveProbe> {
  const { heads = 4, selfBlocks = 0, epochs = 20, batchSize = 256, lr = 1e-3, weightDecay = 1e-3, clip = 1 } = options;
  const { key, runtime } = options;
  const { tokens: T, dim: D } = tokens;
  checkTokens(tokens, T, D);
  checkLabels(labels, tokens.batch, classes, 'attentiveProbe');
  if (!Number.isInteger(heads) || heads < 1 || D % heads !== 0) {
    throw new JepaError('usage', `attentiveProbe: the width ${D} of a token must be a multiple of heads, got ${heads}`);
  }
  const head = attentiveHead(D, classes, heads, selfBlocks);
  const optimiser = (layout: Parameters<typeof adamW>[0]) => adamW(layout, { weightDecay, group: decayMatrices });
  const common = runtime === undefined ? {} : { runtime };
  const { values, losses } = await fitHead(head, { shape: [T, D], data: tokens.data, labels }, optimiser, {
    epochs,
    batchSize,
    lr,
    clip,
    key,
    ...common,
  });
  return {
    losses,
    async logits(given) {
      checkTokens(given, T, D);
      const B = Math.min(batchSize, given.batch);
      const program = await compile(
        { logits: bind(head, 'eval').model(input('x', [B, T, D])) },
        { name: 'attentive probe', ...common },
      );
      const out = new Float32Array(given.batch * classes);
      const x = new Float32Array(B * T * D);
      try {
        for (let start = 0; start < given.batch; start += B) {
          const count = Math.min(B, given.batch - start);
          x.set(given.data.subarray(start * T * D, (start + count) * T * D));
          const { logits } = await program.run({ inputs: { x }, parameters: values.parameters, state: values.buffers });
          out.set((logits as Float32Array).subarray(0, count * classes), start * classes);
        }
      } finally {
        await program.dispose();
      }
      return { rows: given.batch, cols: classes, data: out };
    },
  };
}

function checkTokens(t: Tokens, tokens: number, dim: number): void {
  if (t.tokens !== tokens || t.dim !== dim || t.data.length !== t.batch * tokens * dim || t.batch < 1) {
    throw new JepaError(
      'shape',
      `attentiveProbe: tokens must be [N, ${tokens}, ${dim}], got [${t.batch}, ${t.tokens}, ${t.dim}] with ${t.data.length} numbers`,
    );
  }
  requireFinite({ rows: t.batch * tokens, cols: dim, data: t.data }, 'attentiveProbe: tokens');
}
