// What a model is shown of the world: named tensors with declared types, in the order in which they are packed. Names follow
// the field's recordings: `cameras.<name>` for pictures, `state` for the numbers of the world or of the body.
// Legend: N observations, H x W pixels of a picture, S numbers of a state.

import { JepaError } from '../core/index.ts';
import { input, type Tensor } from '../tensor/index.ts';

/** One tensor of an observation, without the axis of the observations. */
export interface Sense {
  readonly dtype: 'u8' | 'f32';
  readonly shape: readonly number[];
}

/** What a model is shown, by name. The order of the names is the order of the bytes of a packed observation. */
export type Senses = Readonly<Record<string, Sense>>;

/** Observations as a graph sees them: for each sense a tensor [N, ...shape]. */
export type Observation = Readonly<Record<string, Tensor>>;

/** The camera of a world that has one: u8 [H, W, 3]. */
export const MAIN_CAMERA = 'cameras.main';

/** The raw state: f32 [S]. */
export const STATE = 'state';

/**
 * The senses of a world with one square RGB picture, a state, or both; 0 stands for nothing of it.
 *
 * @example
 * sensesOf({ imageSize: 64 }); // { 'cameras.main': { dtype: 'u8', shape: [64, 64, 3] } }
 */
export function sensesOf({ imageSize = 0, stateDim = 0 }: { imageSize?: number; stateDim?: number }): Senses {
  return {
    ...(imageSize > 0 ? { [MAIN_CAMERA]: { dtype: 'u8', shape: [imageSize, imageSize, 3] } } : {}),
    ...(stateDim > 0 ? { [STATE]: { dtype: 'f32', shape: [stateDim] } } : {}),
  };
}

/** Rows of the main camera's picture, which are its columns where it is square; 0 for a model that is shown none. */
export function imageSizeOf(senses: Senses): number {
  return senses[MAIN_CAMERA]?.shape[0] ?? 0;
}

/** Numbers of the state; 0 for a model that is told none. */
export function stateDimOf(senses: Senses): number {
  return senses[STATE]?.shape[0] ?? 0;
}

/** Whether a sense is a picture: u8 [H, W, 3]. */
export function isPicture({ dtype, shape }: Sense): boolean {
  return dtype === 'u8' && shape.length === 3 && shape[2] === 3;
}

/**
 * Checks declared senses.
 *
 * @throws JepaError 'usage' when there are none, or one has a name that is no name, another type, or a size below 1
 */
export function checkSenses(model: string, what: string, senses: Senses): void {
  const names = Object.keys(senses);
  if (names.length === 0)
    throw new JepaError('usage', `${model}: a ${what} must see a picture or a state, got neither`, { model });
  for (const name of names) {
    const { dtype, shape } = senses[name]!;
    const sized = shape.length > 0 && shape.every((n) => Number.isInteger(n) && n >= 1);
    // A name of digits alone would be sorted before the others; `frames` and `states` are names of inputs.
    const named = /^[a-z][\w.-]*$/i.test(name) && name !== 'frames' && name !== 'states';
    if (named && (dtype === 'u8' || dtype === 'f32') && sized) continue;
    throw new JepaError(
      'usage',
      `${model}: a sense must have a name that begins with a letter (but not frames or states), dtype u8 or f32, and sizes of at least 1, got '${name}' ${dtype} [${shape}]`,
      { model, name },
    );
  }
}

/**
 * The names of a graph's inputs for the senses: `frames` for the main camera and `states` for the state, as exported graphs
 * have always called them; others go by their own names.
 */
export function inputName(sense: string): string {
  if (sense === MAIN_CAMERA) return 'frames';
  return sense === STATE ? 'states' : sense;
}

/** The inputs of a graph that sees N observations; `prefix` stands before their names. */
export function observationInputs(senses: Senses, count: number, prefix = ''): Observation {
  return Object.fromEntries(
    Object.entries(senses).map(([name, { dtype, shape }]) => [
      name,
      input(`${prefix}${inputName(name)}`, [count, ...shape], dtype),
    ]),
  );
}

/**
 * The tensor of one sense.
 *
 * @throws JepaError 'usage' when observations hold no such thing
 */
export function seen(observation: Observation, sense: string, model: string): Tensor {
  const found = observation[sense];
  if (found !== undefined) return found;
  const held = Object.keys(observation).join(', ') || 'nothing';
  throw new JepaError('usage', `${model}: this model looks at '${sense}', but observations hold ${held}`, { sense });
}

/** The pictures of the main camera, u8 [N, H, W, 3]. @throws JepaError 'usage' when observations hold none */
export function seenFrames(observation: Observation, model: string): Tensor {
  const frames = observation[MAIN_CAMERA];
  if (frames !== undefined) return frames;
  throw new JepaError('usage', `${model}: this model looks at pictures, but observations hold none`);
}

/** The states, f32 [N, S], raw. @throws JepaError 'usage' when observations hold none */
export function seenStates(observation: Observation, model: string): Tensor {
  const states = observation[STATE];
  if (states !== undefined) return states;
  throw new JepaError('usage', `${model}: this model reads the state, but observations hold none`);
}
