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

/** What a world declares. */
export interface WorldDeclaration {
  /** Where the world is seen from above: plans and paths can be drawn over its pictures. */
  readonly ground?: Ground;
  /** Set by `defineEnv` and `fromGymnasium` where the world has `behindWall`: walls that its agent cannot pass. */
  readonly walls?: true;
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
