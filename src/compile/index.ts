export { type Cache, type CacheOptions, cache, type Lease } from './cache.ts';
export type { Explanation, ExplanationRow } from './explain.ts';
export { type Lowered, type LowerOptions, lower } from './lower.ts';
export { encodeModel, type OnnxGraph } from './onnx/model.ts';
export { type CompileOptions, compile, type FlatValues, type Program, type RunOptions } from './program.ts';
