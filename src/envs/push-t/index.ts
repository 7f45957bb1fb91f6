export { BLOCK_SHAPES, type BlockShape } from './block.ts';
export { noisyPusher, pusher, weakPusher } from './expert.ts';
export { type PushTOptions, type PushTPlaces, pushT, pushTProprio } from './push-t.ts';
export { type PushingOptions, pushing } from './pushing.ts';
export { type PushTRolloutOptions, pushTRollout } from './rollout.ts';
