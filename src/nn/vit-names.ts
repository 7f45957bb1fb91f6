// What the references call the parameters of a vision transformer. HuggingFace names are those on disk
// (`save_pretrained`), specification family 8; `meta` are those of facebookresearch/ijepa, dino and dinov2.

/** Names within one block; a linear layer has `.weight` and `.bias` below its name. */
export interface BlockNames {
  readonly norm1: string;
  /** Queries, keys and values: three layers, or one whose rows are the three one after another. */
  readonly qkv: readonly [string, string, string] | string;
  readonly out: string;
  /** Layer scales, and the parameter within them. */
  readonly scale1: string;
  readonly scale2: string;
  readonly scale: string;
  readonly norm2: string;
  /** Into the hidden layer, and out of it; `gate` is the second way in, `gated` are both in one. */
  readonly up: string;
  readonly down: string;
  readonly gate: string;
  readonly fused: readonly [into: string, out: string];
}

/** Names of everything in a vision transformer. */
export interface VitNames {
  readonly cls: string;
  readonly registers: string;
  readonly positions: string;
  readonly patches: string;
  readonly layers: string;
  readonly norm: string;
  readonly block: BlockNames;
}

/** Whose names a vision transformer carries. */
export type VitNaming = 'vit' | 'dinov2' | 'dinov3' | 'meta';

const EMBEDDINGS = {
  cls: 'embeddings.cls_token',
  registers: 'embeddings.register_tokens',
  positions: 'embeddings.position_embeddings',
};
const QKV = ['attention.attention.query', 'attention.attention.key', 'attention.attention.value'] as const;
const FUSED = ['mlp.weights_in', 'mlp.weights_out'] as const;

/** The names by whose they are: HuggingFace's ViT and I-JEPA, DINOv2 and DINOv3; Meta's own. */
export const VIT_NAMES: Readonly<Record<VitNaming, VitNames>> = {
  vit: {
    ...EMBEDDINGS,
    patches: 'embeddings.patch_embeddings.projection',
    layers: 'encoder.layer',
    norm: 'layernorm',
    block: {
      norm1: 'layernorm_before',
      qkv: QKV,
      out: 'attention.output.dense',
      scale1: 'layer_scale1',
      scale2: 'layer_scale2',
      scale: 'lambda1',
      norm2: 'layernorm_after',
      up: 'intermediate.dense',
      down: 'output.dense',
      gate: 'intermediate.gate',
      fused: FUSED,
    },
  },
  dinov2: {
    ...EMBEDDINGS,
    patches: 'embeddings.patch_embeddings.projection',
    layers: 'encoder.layer',
    norm: 'layernorm',
    block: {
      norm1: 'norm1',
      qkv: QKV,
      out: 'attention.output.dense',
      scale1: 'layer_scale1',
      scale2: 'layer_scale2',
      scale: 'lambda1',
      norm2: 'norm2',
      up: 'mlp.fc1',
      down: 'mlp.fc2',
      gate: 'mlp.gate',
      fused: FUSED,
    },
  },
  dinov3: {
    ...EMBEDDINGS,
    patches: 'embeddings.patch_embeddings',
    layers: 'layer',
    norm: 'norm',
    block: {
      norm1: 'norm1',
      qkv: ['attention.q_proj', 'attention.k_proj', 'attention.v_proj'],
      out: 'attention.o_proj',
      scale1: 'layer_scale1',
      scale2: 'layer_scale2',
      scale: 'lambda1',
      norm2: 'norm2',
      up: 'mlp.up_proj',
      down: 'mlp.down_proj',
      gate: 'mlp.gate_proj',
      fused: FUSED,
    },
  },
  meta: {
    cls: 'cls_token',
    registers: 'register_tokens',
    positions: 'pos_embed',
    patches: 'patch_embed.proj',
    layers: 'blocks',
    norm: 'norm',
    block: {
      norm1: 'norm1',
      qkv: 'attn.qkv',
      out: 'attn.proj',
      scale1: 'ls1',
      scale2: 'ls2',
      scale: 'gamma',
      norm2: 'norm2',
      up: 'mlp.fc1',
      down: 'mlp.fc2',
      gate: 'mlp.gate',
      fused: ['mlp.w12', 'mlp.w3'],
    },
  },
};
