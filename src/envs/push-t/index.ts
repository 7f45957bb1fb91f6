export { BLOCK_SHAPES, type BlockShape } from './block.ts';
export { type PushTOptions, type PushTPlaces, pushT, pushTProprio } from './push-t.ts';
export { type PushTRolloutOptions, pushTRollout } from './rollout.ts';
