export { bytesOf, type DType, type HostArray, type HostArrays, holds, hostArray } from './dtype.ts';
export { type EmitOptions, type Emitter, emitInts, emitScalar, type OnnxAttributes, type ValueName } from './emit.ts';
export {
  apply,
  apply1,
  type GradientContext,
  type Node,
  type Operation,
  problem,
  requireDType,
  shapeError,
  showType,
  type Tensor,
  type TensorType,
  withScope,
} from './graph.ts';
export * from './ops/arrange.ts';
export * from './ops/batch-norm.ts';
export {
  type ConvOptions,
  type ConvTransposeOptions,
  conv1d,
  conv2d,
  convTranspose2d,
  type Padding,
} from './ops/convolution.ts';
export * from './ops/einsum.ts';
export * from './ops/elementwise.ts';
export { erfGate } from './ops/erf-gate.ts';
export * from './ops/gradient.ts';
export * from './ops/indexing.ts';
export {
  broadcastTo,
  expandDims,
  type ReduceOptions,
  reduceSum,
  reshape,
  sumTo,
  transpose,
  transposeOf,
} from './ops/layout.ts';
export * from './ops/losses.ts';
export * from './ops/matmul.ts';
export * from './ops/normalise.ts';
export * from './ops/norms.ts';
export * from './ops/pooling.ts';
export * from './ops/reduce.ts';
export * from './ops/resize.ts';
export * from './ops/scan.ts';
export * from './ops/shaping.ts';
export * from './ops/sources.ts';
export type { Pair } from './ops/window.ts';
export { axisOf, broadcastShape, type Shape, sameShape, showShape, sizeOf, stridesOf } from './shape.ts';
