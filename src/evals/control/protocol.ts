// Protocols by name: which tasks, how success is judged, what names the draws. Whoever runs one asks the value and never its
// name. `strict`, `paper` and `reset` fit every world; a world adds those whose predicates it declares.

import { JepaError, type Key } from '../../core/index.ts';
import type { EpisodeSource } from '../../data/index.ts';
import { type Env, type GoalPredicate, goalOfState } from '../../envs/index.ts';
import { pairTasks } from './pair-tasks.ts';
import { resetTasks } from './reset-tasks.ts';
import { type ReplayProtocol, replayTasks, solvedIn, type TaskSet } from './tasks.ts';

/** One protocol in one world, with its recordings. */
export interface Protocol {
  readonly name: string;
  /** One sentence: where its tasks come from and when they count as solved. */
  readonly description: string;
  /** Environment steps of a task. */
  readonly budget: number;
  /** What names the draws of a task, as `ControlOptions.draws`: published protocols keep the places that their numbers have. */
  readonly draws: 'place' | 'identity';
  /** Whether planners beside the main one act on its tasks too, wherever it stands among several protocols. */
  readonly compares: boolean;
  /** Whether its tasks are cut from recorded episodes. */
  readonly recorded: boolean;
  /** How success is judged in the world of a task. Absent: by the world itself, at the first hit. */
  readonly judge?: (env: Env) => GoalPredicate;
  /** Draws its tasks, the same ones at each call. */
  tasks(): TaskSet;
}

/** What protocols need to know. */
export interface ProtocolSetting {
  /** Makes the world; all that it makes are alike. */
  readonly makeEnv: () => Env;
  readonly source: EpisodeSource;
  /** Episodes that training never saw. */
  readonly heldOutEpisodes: readonly number[];
  readonly key: Key;
  /** Of protocols that are cut from recordings: tasks, rows between start and goal, steps. @default 100, 25 and 50 */
  readonly count?: number;
  readonly goalOffset?: number;
  readonly budget?: number;
  /** Of `reset`: tasks and steps. @default 100 and 100 */
  readonly resetCount?: number;
  readonly resetBudget?: number;
}

type Make = (setting: ProtocolSetting) => Protocol;

function replay(protocol: ReplayProtocol, description: string): Make {
  return ({ makeEnv, source, heldOutEpisodes, key, count = 100, goalOffset = 25, budget = 50 }) => ({
    name: protocol,
    description,
    budget,
    draws: 'place',
    compares: false,
    recorded: true,
    tasks() {
      const env = makeEnv();
      const goalOf = (state: Float32Array): Float32Array => goalOfState(env.spec, state);
      const satisfied = solvedIn(env);
      return replayTasks({ protocol, source, heldOutEpisodes, goalOffset, count, key, goalOf, satisfied });
    },
  });
}

/** The protocols of every world. */
const everywhere: Readonly<Record<string, Make>> = {
  strict: replay('strict', 'rows of held-out episodes that are not at their goal yet; solved when the world says so'),
  paper: replay('paper', 'any rows of held-out episodes, solved ones included; solved when the world says so'),
  reset: ({ makeEnv, key, resetCount = 100, resetBudget = 100 }) => ({
    name: 'reset',
    description: "starts and goals of the world's own resets; solved when the world says so",
    budget: resetBudget,
    draws: 'identity',
    compares: true,
    recorded: false,
    tasks: () => resetTasks({ env: makeEnv(), count: resetCount, key }),
  }),
};

/** The protocol of a predicate that the world declares. */
function declared(name: string, predicate: GoalPredicate): Make {
  return ({ makeEnv, source, heldOutEpisodes, key, count = 100, goalOffset = 25, budget = 50 }) => ({
    name,
    description: `one pair of rows from each held-out episode; solved: ${predicate.about}`,
    budget,
    draws: 'identity',
    compares: false,
    recorded: true,
    judge: (env) => env.predicates![name]!,
    tasks() {
      const env = makeEnv();
      const goalOf = (state: Float32Array): Float32Array => goalOfState(env.spec, state);
      const own = env.predicates![name]!;
      return pairTasks({ protocol: name, predicate: own, source, heldOutEpisodes, goalOffset, count, key, goalOf });
    },
  });
}

/** The protocols that a world has: `strict`, `paper`, `reset`, and those whose predicates it declares. */
export function protocolNames({ predicates = {} }: Pick<Env, 'predicates'>): readonly string[] {
  return [...new Set([...Object.keys(everywhere), ...Object.keys(predicates)])];
}

/**
 * Refuses a protocol that a world does not have.
 *
 * @throws JepaError `usage` with the protocols that it has
 */
export function checkProtocol(env: Pick<Env, 'spec' | 'predicates'>, name: string): void {
  const known = protocolNames(env);
  if (known.includes(name)) return;
  throw new JepaError(
    'usage',
    `the world '${env.spec.id}' must have the protocol '${name}', but declares no predicate of that name; its protocols are ${known.join(', ')}`,
    { id: env.spec.id, name, known },
  );
}

/**
 * The protocol `name` of a world.
 *
 * @throws JepaError `usage` for a name that the world does not have, with those that it has
 *
 * @example
 * const protocol = protocolNamed('reset', { makeEnv: () => twoRoom(), source, heldOutEpisodes: [], key: key(0) });
 * const { tasks } = protocol.tasks();
 */
export function protocolNamed(name: string, setting: ProtocolSetting): Protocol {
  const env = setting.makeEnv();
  checkProtocol(env, name);
  const make = Object.hasOwn(everywhere, name) ? everywhere[name]! : declared(name, env.predicates![name]!);
  return make(setting);
}
