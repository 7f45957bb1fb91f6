// Image methods by name. Methods of one's own join by `registerImageMethod`.

import { depending, JepaError, type Schema, unknownName } from '../../../core/index.ts';
import { barlowTwinsMethod } from './barlow-twins.ts';
import { collapseMethod } from './collapse.ts';
import { dinoMethod } from './dino.ts';
import { iJepaMethod, pixelPredictorMethod } from './i-jepa.ts';
import { type AnyImageMethod, defineImageMethod, type ImageMethod, type MethodSettings } from './kind.ts';
import { leJepaMethod } from './le-jepa.ts';
import { maeMethod } from './mae.ts';
import { simClrMethod } from './sim-clr.ts';
import { randomMethod, supervisedMethod } from './supervised.ts';
import { vicregMethod } from './vicreg.ts';

const known = new Map<string, AnyImageMethod>(
  [
    barlowTwinsMethod,
    vicregMethod,
    leJepaMethod,
    iJepaMethod,
    pixelPredictorMethod,
    simClrMethod,
    maeMethod,
    dinoMethod,
    supervisedMethod,
    collapseMethod,
    randomMethod,
  ].map((method) => [method.name, method]),
);

/**
 * Makes an image method known by its name.
 *
 * @throws JepaError `usage` when the name is taken, or is no word of letters, digits and dashes
 */
export function registerImageMethod<C extends object>(method: ImageMethod<C>): void {
  if (!/^[a-z][a-z0-9-]*$/.test(method.name)) {
    throw new JepaError(
      'usage',
      `the name of an image method must be small letters, digits and dashes, got '${method.name}'`,
    );
  }
  if (known.has(method.name)) {
    throw new JepaError('usage', `an image method called '${method.name}' is known already; choose another name`);
  }
  known.set(method.name, defineImageMethod(method));
}

/** The method of that name. Throws `usage` with the nearest known name. */
export function imageMethodNamed(name: string): AnyImageMethod {
  const method = known.get(name);
  if (method === undefined) throw unknownName('image method', name, [...known.keys()]);
  return method;
}

/** Describes settings of every method that is known. */
export const methodSchema: Schema<MethodSettings> = depending<MethodSettings>((value) => {
  const name = typeof value === 'object' && value !== null && 'name' in value ? value.name : '';
  return imageMethodNamed(typeof name === 'string' ? name : '').schema;
});
