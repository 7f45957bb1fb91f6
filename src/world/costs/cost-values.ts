// The numbers of a cost, from those of the heads within it that were trained by themselves.

import { blankValues, copyTensors, type ModelValues, namedViews } from '../../nn/index.ts';
import type { Cost } from '../../plan/index.ts';

/**
 * The numbers of a cost. `heads` holds those of its heads under the names of their places: `head` in the cost of one head,
 * `parts.0.head` in a sum's first part, `base.head` in the base of another cost.
 *
 * @throws JepaError `checkpoint` when a head is missing, of another size, or of no place
 */
export function costValues(cost: Cost, heads: Readonly<Record<string, ModelValues>>): ModelValues {
  const values = blankValues(cost.module);
  const parts = Object.entries(heads).flatMap(([place, { parameters, buffers }]) => [
    ...namedViews(parameters.layout, parameters.data, `${place}.`),
    ...namedViews(buffers.layout, buffers.data, `${place}.`),
  ]);
  copyTensors(
    new Map(parts.map(([name, shape, data]) => [name, { shape, data }])),
    ({ data }) => data,
    [
      ...namedViews(values.parameters.layout, values.parameters.data),
      ...namedViews(values.buffers.layout, values.buffers.data),
    ],
    {
      what: 'the heads',
      path: cost.name,
      advice: 'give the cost the heads with the sizes that were trained, each under the name of its place',
      wanted: () => true,
    },
  );
  return values;
}
