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
  showType,
  type Tensor,
  type TensorType,
  withScope,
} from './node.ts';
export * from './ops/elementwise.ts';
export * from './ops/gradient.ts';
export * from './ops/indexing.ts';
export * from './ops/matmul.ts';
export * from './ops/normalise.ts';
export * from './ops/reduce.ts';
export * from './ops/shaping.ts';
export * from './ops/sources.ts';
export { axisOf, broadcastShape, type Shape, sameShape, showShape, sizeOf, stridesOf } from './shape.ts';
