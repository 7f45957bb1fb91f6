export { fromGymnasium, type GymnasiumOptions } from './from.ts';
export type { GymnasiumFrame, GymnasiumLike, GymnasiumReset, GymnasiumSpace, GymnasiumStep } from './like.ts';
export { toGymnasium } from './to.ts';
