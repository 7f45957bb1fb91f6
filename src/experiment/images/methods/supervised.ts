// The same encoder with labels, the upper line; and as it is initialised, the lower line.

import { methods } from '../../../jepa/index.ts';
import { type AnyImageMethod, defineImageMethod, type Method, type MethodInput, viewsOf } from './kind.ts';

const withLabels = (_: object, input: MethodInput): Method => ({
  spec: methods.supervised(input),
  feed: (batch) => ({ ...viewsOf(batch), labels: batch.labels }),
});

/** Classification with labels. */
export const supervisedMethod: AnyImageMethod = defineImageMethod<object>({
  name: 'supervised',
  settings: {},
  views: [1, 1],
  method: withLabels,
});

/** Trains nothing: the encoder as it is initialised. */
export const randomMethod: AnyImageMethod = defineImageMethod<object>({
  name: 'random',
  settings: {},
  views: [1, 1],
  trains: false,
  method: withLabels,
});
