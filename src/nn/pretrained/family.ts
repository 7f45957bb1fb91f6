// HuggingFace's config.json of the image encoders that we read, as the configuration of our vision transformer.
// Source: specification family 8; transformers 5.18.

import { JepaError } from '../../core/index.ts';
import type { VitConfig } from '../vit.ts';

/** Families of checkpoints, as `model_type` of config.json has them. */
export const PRETRAINED_FAMILIES = ['ijepa', 'vit', 'dinov2', 'dinov2_with_registers', 'dinov3_vit'] as const;

/** One of `PRETRAINED_FAMILIES`. DINOv2 with SwiGLU and DINOv3 with gated MLPs are said by their configuration. */
export type PretrainedFamily = (typeof PRETRAINED_FAMILIES)[number];

/** A parsed config.json. */
export type HfConfig = Readonly<Record<string, unknown>>;

function isFamily(name: unknown): name is PretrainedFamily {
  return PRETRAINED_FAMILIES.some((family) => family === name);
}

/**
 * The family that a config.json names.
 *
 * Errors: `checkpoint` for another one.
 *
 * @param file names the configuration in messages
 */
export function familyOf(config: HfConfig, file = 'config.json'): PretrainedFamily {
  const { model_type: name } = config;
  if (isFamily(name)) return name;
  const got = typeof name === 'string' ? `'${name}'` : 'no name';
  throw new JepaError(
    'checkpoint',
    `${file}: model_type must be one of the image encoders ${PRETRAINED_FAMILIES.join(', ')}, got ${got}; give the folder of such a checkpoint`,
    { file, family: name, supported: PRETRAINED_FAMILIES },
  );
}

/** Typed access to the fields of a config.json. */
function fieldsOf(config: HfConfig, file: string) {
  const wrong = (name: string, must: string): JepaError =>
    new JepaError('checkpoint', `${file}: ${name} must be ${must}, got ${JSON.stringify(config[name])}`, {
      file,
      name,
    });
  return {
    wrong,
    number(name: string, fallback?: number): number {
      const value = config[name] ?? fallback;
      if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
      throw wrong(name, 'a number');
    },
    count(name: string, fallback?: number): number {
      const value = config[name] ?? fallback;
      if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value;
      throw wrong(name, 'a whole number >= 1');
    },
    flag(name: string, fallback: boolean): boolean {
      const value = config[name] ?? fallback;
      if (typeof value === 'boolean') return value;
      throw wrong(name, 'true or false');
    },
  };
}

/**
 * The vision transformer that a config.json describes.
 *
 * Errors: `checkpoint` for another family or a missing or impossible field, `unsupported` for an activation or channel
 * count that the family's published checkpoints do not have.
 */
export function familyConfig(config: HfConfig, file = 'config.json'): VitConfig {
  const family = familyOf(config, file);
  const { count, number, flag, wrong } = fieldsOf(config, file);
  const [dim, patchSize, imageSize] = [count('hidden_size'), count('patch_size', 16), count('image_size', 224)];
  if (imageSize % patchSize !== 0) throw wrong('image_size', `a multiple of patch_size ${patchSize}`);
  const heads = count('num_attention_heads');
  if (dim % heads !== 0) throw wrong('num_attention_heads', `a divisor of hidden_size ${dim}`);
  if (count('num_channels', 3) !== 3)
    throw new JepaError('unsupported', `${file}: images must have 3 channels, got ${String(config.num_channels)}`);
  // Each changes what the numbers of the checkpoint mean, or what is computed from them.
  for (const [name, usual] of [
    ['quantization_config', null],
    ['pooler_act', 'tanh'],
  ] as const) {
    const value = config[name] ?? usual;
    if (value !== usual)
      throw new JepaError(
        'unsupported',
        `${file}: ${name} must be ${usual ?? 'absent'}, got ${JSON.stringify(value)}`,
        {
          file,
          name,
        },
      );
  }
  const gated = family === 'dinov3_vit' && flag('use_gated_mlp', false);
  const swiglu = family.startsWith('dinov2') && flag('use_swiglu_ffn', false);
  const activation = config.hidden_act ?? 'gelu';
  if (activation !== (gated ? 'silu' : 'gelu'))
    throw new JepaError(
      'unsupported',
      `${file}: hidden_act must be ${gated ? 'silu' : 'gelu'}, got ${String(activation)}`,
    );
  const common = {
    imageSize,
    patchSize,
    dim,
    heads,
    depth: count('num_hidden_layers'),
    dropPath: number('drop_path_rate', 0),
  };
  if (family === 'dinov3_vit') {
    const has = (name: string, fallback: boolean): boolean => flag(`${name}_bias`, fallback);
    return {
      ...common,
      names: 'dinov3',
      mlpDim: count('intermediate_size'),
      mlp: gated ? 'gated' : 'gelu',
      layerNormEpsilon: number('layer_norm_eps', 1e-5),
      registers: number('num_register_tokens', 0),
      positions: 'rotary',
      rotaryBase: number('rope_theta', 100),
      layerScale: number('layerscale_value', 1),
      biases: {
        query: has('query', true),
        key: has('key', false),
        value: has('value', true),
        out: has('proj', true),
        mlp: has('mlp', true),
      },
    };
  }
  const bias = flag('qkv_bias', true);
  const biases = { query: bias, key: bias, value: bias };
  if (family === 'vit' || family === 'ijepa') {
    const layerNormEpsilon = number('layer_norm_eps', 1e-12);
    return {
      ...common,
      names: 'vit',
      cls: family === 'vit',
      mlpDim: count('intermediate_size'),
      layerNormEpsilon,
      biases,
    };
  }
  const hidden = Math.floor(dim * number('mlp_ratio', 4));
  return {
    ...common,
    names: 'dinov2',
    // SwiGLU has two thirds of the width, rounded up to a multiple of 8.
    mlpDim: swiglu ? Math.floor((Math.floor((hidden * 2) / 3) + 7) / 8) * 8 : hidden,
    mlp: swiglu ? 'swiglu' : 'gelu',
    layerNormEpsilon: number('layer_norm_eps', 1e-6),
    registers: family === 'dinov2' ? 0 : number('num_register_tokens', 4),
    layerScale: number('layerscale_value', 1),
    biases,
  };
}
