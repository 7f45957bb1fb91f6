export { type ErrorCode, type ErrorDetails, JepaError, nearest, unknownName } from './errors.ts';
export { type FlatEntry, type FlatLayout, flatLayout, flatView } from './flat.ts';
export {
  bernoulli,
  fold,
  integer,
  type Key,
  key,
  normal,
  permutation,
  randomBits,
  type Stream,
  stream,
  truncatedNormal,
  uniform,
  uniformOne,
} from './random.ts';
