// The costs of an agent's goals, one for each kind of goal and not one for each value: a state or a region is fed to its program,
// only functions are compiled in. So a goal that changes in every step compiles nothing.

import {
  type AvoidedStates,
  avoidingCost,
  type Cost,
  decodedCost,
  type Reduce,
  type StateDecoder,
  type StateFunction,
} from '../../plan/index.ts';

/** Costs by kind: the same kind gives the same cost, whose programs are then found again. */
export interface GoalCosts {
  /** Of the decoded state: ranges that are fed, or a function. */
  decoded(of: 'ranges' | StateFunction, reduce: Reduce): Cost;
  /** A cost with more for what is avoided; itself where nothing is. */
  avoiding(base: Cost, avoided: readonly AvoidedStates[]): Cost;
}

/** Kinds kept: functions are compared by identity, so one written anew for each goal would pile up. */
const KEPT = 32;

/** The costs of one agent. */
export function goalCosts(decoder: StateDecoder): GoalCosts {
  const functions = new WeakMap<StateFunction, number>();
  const bases = new WeakMap<Cost, number>();
  let count = 0;
  const numberOf = <K extends WeakKey>(known: WeakMap<K, number>, key: K): number => {
    const found = known.get(key) ?? ++count;
    known.set(key, found);
    return found;
  };
  const kinds = new Map<string, Cost>();
  const kept = (kind: string, make: () => Cost): Cost => {
    const cost = kinds.get(kind) ?? make();
    kinds.delete(kind);
    kinds.set(kind, cost);
    for (const oldest of kinds.keys()) {
      if (kinds.size <= KEPT) break;
      kinds.delete(oldest);
    }
    return cost;
  };
  const nameOf = (of: 'ranges' | StateFunction): string => (of === 'ranges' ? of : `${numberOf(functions, of)}`);
  return {
    decoded: (of, reduce) => kept(`${nameOf(of)} ${JSON.stringify(reduce)}`, () => decodedCost(decoder, of, reduce)),
    avoiding(base, avoided) {
      if (avoided.length === 0) return base;
      const parts = avoided.map(({ of, hard }) => `${nameOf(of)}${hard ? '!' : ''}`);
      return kept(`${numberOf(bases, base)} but ${parts.join(' ')}`, () => avoidingCost(base, decoder, avoided));
    },
  };
}
