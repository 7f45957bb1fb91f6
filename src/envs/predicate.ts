// When a task counts as solved, in other words than the world's own: what published protocols ask beyond a distance. A world
// declares its predicates by the name of the protocol that uses them; a protocol asks for its name and nothing else.
//
// Shapes: state [S]. A way is the list of states of an episode so far, the start first.

/** A predicate of a world as it stands: its factors are known. */
export interface GoalPredicate {
  /** What it asks, in a few words, for tables: `within 8 pixels, a legal crossing`. */
  readonly about: string;
  /** Steps in a row for which it must be true; 1 is the first hit. */
  readonly hold: number;
  /** Whether the last state of a way satisfies the goal that the state `goal` [S] stands for. */
  satisfied(way: readonly Float32Array[], goal: Float32Array): boolean;
  /** Whether recorded states, a start and those up to its goal, can be a task. Absent: all can. */
  admits?(window: readonly Float32Array[]): boolean;
}

/** A predicate as a world's rules have it: `prepared` is what the world derives from its factors. */
export interface PredicateRule<P> {
  readonly about: string;
  /** @default 1 */
  readonly hold?: number;
  satisfied(way: readonly Float32Array[], goal: Float32Array, prepared: P): boolean;
  admits?(window: readonly Float32Array[], prepared: P): boolean;
}

/** Rules bound to a world; `prepared` is asked anew at each call, since factors can change. */
export function bindPredicates<P>(
  rules: Readonly<Record<string, PredicateRule<P>>>,
  prepared: () => P,
): Readonly<Record<string, GoalPredicate>> {
  const bind = ({ about, hold = 1, satisfied, admits }: PredicateRule<P>): GoalPredicate => ({
    about,
    hold,
    satisfied: (way, goal) => satisfied(way, goal, prepared()),
    ...(admits === undefined ? {} : { admits: (window) => admits(window, prepared()) }),
  });
  return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, bind(rule)]));
}

/** The last state of a way. */
export function lastOf(way: readonly Float32Array[]): Float32Array {
  return way[way.length - 1]!;
}

/** The smallest angle between two directions in radians, at most half of `period`. */
export function angleApart(a: number, b: number, period: number = 2 * Math.PI): number {
  const apart = Math.abs(a - b) % period;
  return Math.min(apart, period - apart);
}
