// The methods of the family, each a composition that reads like its paper's method section.

export { type BarlowTwinsConfig, barlowTwins } from './barlow-twins.ts';
export { type DinoConfig, type DinoModel, dino } from './dino.ts';
export { type IJepaConfig, type IJepaModel, iJepa } from './i-jepa.ts';
export { type JointEmbedding, jointEmbedding, type Rows, type ViewOptions } from './joint-embedding.ts';
export { type LeJepaOptions, leJepa } from './le-jepa.ts';
export { type MaeConfig, type MaeModel, mae } from './mae.ts';
export { naive } from './naive.ts';
export type { PredictorConfig } from './patch-method.ts';
export { type SimClrConfig, simClr } from './sim-clr.ts';
export { type Supervised, supervised } from './supervised.ts';
export { predictEnergy } from './terms.ts';
export { type VicRegConfig, vicReg } from './vicreg.ts';
