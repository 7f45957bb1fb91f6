// Whether a world model can read what a goal asks: refusals that name it, and warnings of what was never seen in training.

import { JepaError } from '../../core/index.ts';
import {
  type DecodedNumber,
  decodedNumber,
  type Range,
  type Ranges,
  type StateDecoder,
  type StateFunction,
  stateFunctionOf,
} from '../../plan/index.ts';
import { input } from '../../tensor/index.ts';

/** A goal that the agent takes, but that is unlike everything that it was trained on. */
export interface GoalWarning {
  /** `outside`: a number beyond all recorded ones. `far`: an embedding far from all recorded ones. */
  readonly kind: 'outside' | 'far';
  readonly message: string;
  /** The number of an `outside`. */
  readonly name?: string;
  /** Of a `far` the distance to the nearest recorded embedding, over the one that 99 % of held-out embeddings stay within. */
  readonly surprise?: number;
}

/** What goals are checked with. */
export interface GoalRules {
  readonly decoder: StateDecoder;
  /** The least held-out correlation of a number that goals may ask for. */
  readonly leastR: number;
  readonly warn: (warning: GoalWarning) => void;
}

/** Refuses a number that is read too badly. */
function readable(number: DecodedNumber, leastR: number, where: string): void {
  const { name, r } = number;
  if (r >= leastR) return;
  throw new JepaError(
    'unsupported',
    `${where}: this world model cannot read '${name}': a linear read-out of its embedding reaches r = ${r.toFixed(2)} on held-out episodes, a goal needs ${leastR}; give what would be seen there as the goal, train a model that holds it, or load the agent with a lower leastR`,
    { name, r, leastR },
  );
}

function checkRange(number: DecodedNumber, [low, high]: Range, { warn }: GoalRules, where: string): void {
  const { name, circular, low: least, high: most } = number;
  if (Number.isNaN(low) || Number.isNaN(high) || (circular && !Number.isFinite(high - low)))
    throw new JepaError(
      'numeric',
      `${where}: '${name}' must be ${circular ? 'a finite angle in radians' : 'a number'}, got ${low === high ? low : `${low} to ${high}`}`,
      { name },
    );
  if (circular) return;
  if (low > high || low === Number.POSITIVE_INFINITY || high === Number.NEGATIVE_INFINITY)
    throw new JepaError('usage', `${where}: the range of '${name}' must go from low to high, got ${low} to ${high}`, {
      name,
      low,
      high,
    });
  if (low <= most && high >= least) return;
  const shown = (x: number): string => `${Number(x.toPrecision(4))}`;
  const asked = low === high ? shown(low) : `${shown(low)} to ${shown(high)}`;
  warn({
    kind: 'outside',
    name,
    message: `${where}: '${name}' is to be ${asked}, but in training it was ${shown(least)} to ${shown(most)}; what the model reads there is a guess`,
  });
}

/**
 * Ranges that a goal asks for: their names must be known and readable, their bounds possible.
 *
 * @throws JepaError 'usage' for an unknown name, no range at all, or one that cannot be; 'numeric' for a bound that is no number;
 * 'unsupported' for a number that the model cannot read
 */
export function checkRanges(ranges: Ranges, rules: GoalRules, where: string): void {
  const named = Object.entries(ranges);
  const odd = named.find(([, range]) => !Array.isArray(range) || range.length !== 2);
  if (odd !== undefined)
    throw new JepaError(
      'usage',
      `${where}: the range of '${odd[0]}' must be [low, high], got ${JSON.stringify(odd[1])}`,
    );
  const bounded = named.filter(
    ([, [low, high]]) => low !== Number.NEGATIVE_INFINITY || high !== Number.POSITIVE_INFINITY,
  );
  if (bounded.length === 0)
    throw new JepaError('usage', `${where}: must name at least one number of the state with a bound, got none`);
  for (const [name, range] of named) {
    const number = decodedNumber(rules.decoder, name, where);
    readable(number, rules.leastR, where);
    checkRange(number, range, rules, where);
  }
}

/** Tolerances must be above 0 and of numbers that the goal names. @throws JepaError 'usage' */
export function checkTolerances(
  within: Readonly<Record<string, number>>,
  names: readonly string[],
  where: string,
): void {
  for (const [name, off] of Object.entries(within)) {
    if (!names.includes(name))
      throw new JepaError(
        'usage',
        `${where}: within names '${name}', which the goal does not; it asks for ${names.join(', ')}`,
        { name },
      );
    if (!(off > 0 && Number.isFinite(off)))
      throw new JepaError('usage', `${where}: within of '${name}' must be a number above 0, got ${off}`, { name });
  }
}

/**
 * A function of the state, traced once: what it looks up must be known and readable, what it gives a number for each state.
 *
 * @throws JepaError 'usage', 'unsupported' or 'shape'
 */
export function checkFunction(of: StateFunction, { decoder, leastR }: GoalRules, where: string): void {
  const asked = new Set<DecodedNumber>();
  const rows = input('rows', [1, 1, 1, decoder.dim]);
  stateFunctionOf(decoder, of, rows, where, (number) => asked.add(number));
  if (asked.size === 0)
    throw new JepaError(
      'usage',
      `${where}: the function looks at no number of the state, so every plan costs the same`,
    );
  for (const number of asked) readable(number, leastR, where);
}

/** Distance of an embedding [D] to the nearest recorded one. */
function nearestDistance(embedding: Float32Array, recorded: Float32Array): number {
  const dim = embedding.length;
  let nearest = Number.POSITIVE_INFINITY;
  for (let from = 0; from < recorded.length; from += dim) {
    let sum = 0;
    for (let d = 0; d < dim; d++) sum += (embedding[d]! - recorded[from + d]!) ** 2;
    nearest = Math.min(nearest, sum);
  }
  return Math.sqrt(nearest);
}

/** Warns of an embedding that is farther from all recorded ones than held-out embeddings are. */
export function checkEmbedding(embedding: Float32Array, { decoder, warn }: GoalRules, where: string): void {
  const { recorded } = decoder;
  if (recorded === undefined) return;
  const distance = nearestDistance(embedding, recorded.embeddings);
  if (distance <= recorded.usual) return;
  const surprise = distance / recorded.usual;
  warn({
    kind: 'far',
    surprise,
    message: `${where}: the goal's embedding is ${distance.toPrecision(3)} from the nearest recorded one, 99 % of held-out embeddings are within ${recorded.usual.toPrecision(3)}; the model may never have seen the like`,
  });
}
