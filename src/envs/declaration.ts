// What a world says of itself for those who evaluate in it, beyond what its sizes, names and factors tell. Plain data, part of
// `EnvSpec`, so that nothing elsewhere keeps a list of worlds. Everything is optional: what is not declared is read from the
// names of factors and state components, or does not apply.

/** Which state components lie along the picture's x and y, and the world's coordinates at the picture's edges. */
export interface Ground {
  readonly at: readonly [x: number, y: number];
  readonly extent: readonly [left: number, top: number, right: number, bottom: number];
}

/** Components of the state that are probed together. */
export interface ProbeTarget {
  /** `agent position` */
  readonly name: string;
  readonly components: readonly number[];
  /** A name for each component. */
  readonly names: readonly string[];
  /** Angles in radians, probed as their cosine and sine: the picture cannot tell turns apart. */
  readonly circular?: boolean;
}

/** How a search in copies of the world (iCEM) finds its way to a goal. */
export interface SearchSettings {
  readonly samples: number;
  readonly elites: number;
  readonly iterations: number;
  /** Colour of the noise: 0 is white, larger is smoother in time. */
  readonly noiseBeta: number;
  /** Deviation of the first samples, in units of half the range of actions. */
  readonly initialStd: number;
  /** Planned actions. */
  readonly horizon: number;
  /** Steps that each planned action is held. @default 1 */
  readonly hold?: number;
  /** Planned actions carried out before planning again, while no plan reaches the goal. @default 1 */
  readonly replanEvery?: number;
  /** Solves of one decision, at most. @default 1 */
  readonly attempts?: number;
}

/**
 * A wall between two rooms as the agent's middle meets it, in the world's coordinates: what lies between `low` and `high` along
 * the state component `across` can be passed only where the component `along` lies in a door.
 */
export interface Divider {
  readonly across: number;
  readonly along: number;
  readonly low: number;
  readonly high: number;
  /** Where the agent can be along the wall. */
  readonly range: readonly [low: number, high: number];
  readonly doors: readonly (readonly [low: number, high: number])[];
  /** The action, in the world's units, that moves straight across to larger coordinates; its negative moves back. */
  readonly toward: readonly number[];
}

/** How something is pushed: by an agent that goes straight at it. */
export interface Pushing {
  /** State components of the agent and of what it pushes, along the same two axes. */
  readonly agent: readonly [number, number];
  readonly object: readonly [number, number];
  /** Components of an action that move the agent along those axes, and the size of an action that pushes. */
  readonly actions: readonly [number, number];
  readonly speed: number;
  /** How far from the object the agent starts, clear of it. */
  readonly reach: number;
  /** How far beside the object's middle a way leads at most: further ones miss it. */
  readonly beside: number;
  /** Where the agent can be, along both axes. */
  readonly range: readonly [low: number, high: number];
  /** State components that a push starts with, such as speeds of zero, and other components of the action. */
  readonly start: Readonly<Record<number, number>>;
  readonly hold?: Readonly<Record<number, number>>;
}

/** What a world declares. */
export interface WorldDeclaration {
  /** Where the world is seen from above: plans and paths can be drawn over its pictures. */
  readonly ground?: Ground;
  /** Set by `defineEnv` and `fromGymnasium` where the world has `behindWall`: walls that its agent cannot pass. */
  readonly walls?: true;
  /** Set by `defineEnv` and `fromGymnasium`: a goal is reached when the distance to it is below this. */
  readonly solvedWithin?: number;
  /** What counts as near in each component of a goal, where that is not the same for all: pixels beside radians. */
  readonly tolerances?: readonly number[];
  /** How what the world is about is pushed, in worlds with contacts. */
  readonly pushes?: Pushing;
  /** What its state is probed for, where the names of the state do not say it all. */
  readonly probes?: readonly ProbeTarget[];
  /** The ceiling of its results: the policy of its own that reaches every goal, and how else a search finds the way. */
  readonly oracle?: { readonly policy?: string; readonly search?: SearchSettings };
  /** Distances at which success is told apart, rising, in the world's own measure; without them, quarters of the tasks. */
  readonly bands?: readonly number[];
  /** Things that something else carries: where they are, a part of that is too, so that no picture lacks them alone. */
  readonly carried?: readonly string[];
  /** First parts of factor names that stand for the surroundings, beside the usual ones (`wall`, `floor` and so on). */
  readonly scenery?: readonly string[];
  /** Factors that say nothing about generalisation, with the reason. */
  readonly notVaried?: Readonly<Record<string, string>>;
}
