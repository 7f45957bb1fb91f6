export { type AdamOptions, adam, adamW } from './adam.ts';
export { clipByGlobalNorm, globalNorm } from './clip.ts';
export { emaUpdate } from './ema.ts';
export { type LarsEbOptions, type LarsOptions, larsEb, larsVicreg } from './lars.ts';
export {
  decayAll,
  decayMatrices,
  type GroupRule,
  type Optimiser,
  type ParameterGroup,
} from './optimiser.ts';
export * from './schedules/index.ts';
export { type SgdOptions, sgd } from './sgd.ts';
