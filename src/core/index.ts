export { type CheckOptions, check, fits, unknownKey } from './check.ts';
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
  vonMises,
} from './random.ts';
export {
  anything,
  byName,
  depending,
  described,
  type Entries,
  flag,
  group,
  listOf,
  oneOf,
  open,
  optional,
  orNull,
  pairOf,
  real,
  type Schema,
  schemaLike,
  share,
  text,
  textLike,
  whole,
} from './schema.ts';
export {
  allows,
  dependsOnValue,
  describedAs,
  isGroup,
  keysOf,
  mustBe,
  sameForm,
  schemaBelow,
  shown,
  takesText,
} from './schema-reading.ts';
export { VERSION } from './version.ts';
