// Something that acts: the handle around what a file can do. It remembers frames, the rest of its plan and the goal, hands the
// actions of a block out one environment step at a time, and refuses by name what it cannot take.
// Legend: A numbers of one environment step's action, F steps per block, H planned blocks, D embedding width.

import { fold, JepaError, type Key } from '../../core/index.ts';
import { denormalise, normalise } from '../../data/index.ts';
import { type DecodedNumber, decodeNumbers, type PlanRequest } from '../../plan/index.ts';
import { type Senses, STATE } from '../../world/index.ts';
import { type ActorStep, planningActor } from '../actor/actor.ts';
import { boundOf } from '../actor/block-box.ts';
import type { AimMaker } from '../goals/aim.ts';
import type { GoalWarning } from '../goals/check.ts';
import { goalCosts } from '../goals/costs.ts';
import type { Goal, GoalProgress, Shown } from '../goals/goal.ts';
import { type Goals, goalsOf } from '../goals/goals.ts';
import { describeSenses, observationBytes, packObservation } from '../perception/observation.ts';
import type { WorldModel } from '../world-model/world-model.ts';
import type { Faculties } from './faculties.ts';
import type { ModelOrigin } from './model-file.ts';

/** Where imagination starts: from what is seen, or from an embedding [D]. */
export type AgentGoal = Shown | { readonly embedding: Float32Array };

/** A plan that was made. */
export interface AgentPlan {
  /** Raw actions of environment steps, [H * F, A], before they are clipped. */
  readonly actions: Float32Array;
  /** What the planner knows of its cost; 0 of a goal policy, which knows none. */
  readonly cost: number;
  /** Time inside the planner. */
  readonly ms: number;
}

/** What to do next. */
export interface AgentStep {
  /** The raw action [A] of one environment step, clipped to the bounds of the file as worlds do. */
  readonly action: Float32Array;
  /** The plan, in the steps in which one was made. */
  readonly plan?: AgentPlan;
  /** Of a sequence: the goal that this action leads to. */
  readonly at?: GoalProgress;
}

/** Something that acts. */
export interface Agent {
  /** `le-wm` */
  readonly name: string;
  /** Who it is, what it sees, how it decides: one sentence. */
  readonly describe: string;
  readonly senses: Senses;
  readonly origin: ModelOrigin;
  /** A */
  readonly actionDim: number;
  /** What it reads off its embeddings, by the world's names; empty where its file has no decoder. */
  readonly reads: readonly DecodedNumber[];
  /** What about the present goal is unlike all that the model was trained on. */
  readonly warnings: readonly GoalWarning[];
  /**
   * What to reach from now on; a plan under way is dropped. Numbers of the state are checked here, an observation's embedding when
   * it is first needed.
   *
   * @throws JepaError 'shape', 'numeric' or 'usage' when it is nothing that can be taken; 'unsupported' when the world model cannot
   * read what it asks for, naming the number
   */
  setGoal(goal: Goal): void;
  /** Which of its goals it is at; undefined without one. */
  progress(): GoalProgress | undefined;
  /**
   * Whether what is seen is at the present goal.
   *
   * @throws JepaError 'usage' for a goal that does not say when it is reached (`within`, `until`)
   */
  reached(seen: Shown): Promise<boolean>;
  /** Numbers of the state read off what is seen. @throws JepaError 'unsupported' when its file has no decoder */
  decode(seen: Shown): Promise<Readonly<Record<string, number>>>;
  /**
   * The action for what is seen now: to be asked once for each environment step.
   *
   * @throws JepaError 'usage' without a goal; 'shape' or 'numeric' when what is shown is of another size, or not finite
   */
  act(seen: Shown): Promise<AgentStep>;
  /** What it would do from here, with what it expects to see, [1 + H, D] (world models only). Nothing is executed or remembered. */
  plan(seen: Shown): Promise<AgentPlan & { readonly imagined?: Float32Array }>;
  /** The embedding [D] of an observation. @throws JepaError 'unsupported' of a goal policy */
  embed(seen: Shown): Promise<Float32Array>;
  /** Embeddings [1 + H, D] that raw actions [H * F, A] are imagined to lead through. @throws JepaError 'unsupported' of a goal policy */
  imagine(from: AgentGoal, actions: Float32Array): Promise<Float32Array>;
  /** Forgets frames and plan, as at the start of an episode; the goal stays, a sequence starts again. */
  reset(): void;
  /** Frees the compiled programs; the agent cannot act afterwards. */
  dispose(): Promise<void>;
}

function isEmbedding(from: AgentGoal): from is { readonly embedding: Float32Array } {
  return !(from instanceof Uint8Array) && !(from instanceof Float32Array) && Object.hasOwn(from, 'embedding');
}

/** What is shown, packed. A bare array stands for the only sense. */
function packed(senses: Senses, shown: Shown, where: string): Uint8Array {
  if (!(shown instanceof Uint8Array) && !(shown instanceof Float32Array)) return packObservation(senses, shown, where);
  const [only, ...others] = Object.keys(senses);
  if (others.length > 0)
    throw new JepaError(
      'usage',
      `${where}: the agent sees ${describeSenses(senses)}, so give an object with ${Object.keys(senses).join(' and ')}, got one array`,
      { senses: Object.keys(senses) },
    );
  if (shown instanceof Float32Array && only !== STATE && senses[only!]!.dtype === 'u8')
    throw new JepaError(
      'usage',
      `${where}: the agent sees ${describeSenses(senses)}, got float32 numbers; an embedding is given as { embedding }`,
      { got: shown.length },
    );
  return packObservation(senses, { [only!]: shown }, where);
}

/** Who the agent is, in one sentence. */
function sentence(
  { name, senses, how }: Faculties,
  { env, frameSkip, actions, actionBounds }: ModelOrigin,
  version: string,
): string {
  const A = actions.mean.length;
  const bounds = actions.mean.map((_, i) => `[${boundOf(actionBounds.low, i)}, ${boundOf(actionBounds.high, i)}]`);
  const within = new Set(bounds).size === 1 ? bounds[0] : bounds.join(' x ');
  const block = frameSkip === 1 ? 'one step' : `${frameSkip} steps`;
  return `${name} for ${env}: sees ${describeSenses(senses)}, acts in ${A} numbers within ${within}, in blocks of ${block}; ${how}; written by jepa ${version}`;
}

/** Why an agent takes observations alone, and what to do. */
function whyNot({ name, model, decoder, takesCosts }: Faculties): string {
  if (model === undefined)
    return `${name} is a goal policy, which has no embedding and is shown its goal: give what would be seen there; the world model of the run (model.safetensors) takes other goals`;
  if (decoder === undefined)
    return "the file of this world model has no decoder of the state; give what would be seen there, or export it again with 'jepa export'";
  if (!takesCosts)
    return `${name} plans toward embeddings: give what would be seen there, or load the model below (model.safetensors)`;
  return '';
}

/** How goals are checked. */
export interface GoalOptions {
  readonly leastR: number;
  readonly onWarning?: (warning: GoalWarning) => void;
}

/** The handle around what a file can do. */
export function agentOf(
  faculties: Faculties,
  origin: ModelOrigin,
  version: string,
  key: Key,
  { leastR, onWarning }: GoalOptions,
): Agent {
  const { name, senses, pace, model, decoder, takesCosts } = faculties;
  const { frameSkip, actions, actionBounds } = origin;
  const A = actions.mean.length;
  const { all: size } = observationBytes(senses);
  let goals: Goals | undefined;
  let disposed = false;
  let deciding = false;

  const goalIn = (where: string): Goals => {
    if (goals !== undefined) return goals;
    throw new JepaError('usage', `${where}: the agent has no goal; call setGoal with what should be seen there`);
  };
  const alive = (where: string): void => {
    if (disposed) throw new JepaError('usage', `${where}: the agent was disposed; load it again`);
  };
  /** While an action is being decided, what it depends on must stay. */
  const free = (where: string): void => {
    alive(where);
    if (deciding)
      throw new JepaError(
        'usage',
        `${where}: the action before is still being decided; await act before the next call`,
      );
  };
  const world = (where: string): WorldModel => {
    alive(where);
    if (model !== undefined) return model;
    throw new JepaError(
      'unsupported',
      `${where}: ${name} is a goal policy, which has no embedding; load a world model`,
    );
  };
  const decide = (request: PlanRequest): ReturnType<Faculties['plan']> => {
    const { aim } = goalIn('plan');
    return faculties.plan(request, () => aim().target());
  };
  const actor = planningActor({ senses, planner: decide, ...pace }, { name, tasks: 1, frameSkip, actions, key });
  const startOf = async (from: AgentGoal, where: string): Promise<Float32Array> => {
    const embedder = world(where);
    if (!isEmbedding(from)) return embedder.encode(packed(senses, from, where), 1);
    return embeddingIn(from, embedder.dynamics.dim, where);
  };
  const costs = decoder !== undefined && takesCosts ? goalCosts(decoder) : undefined;
  const makerOf = (warn: (warning: GoalWarning) => void): AimMaker => ({
    ...(model && { model }),
    ...(costs && { costs }),
    ...(decoder && { rules: { decoder, leastR, warn } }),
    whyNot: whyNot(faculties),
    packed: (seen, where) => packed(senses, seen, where),
    embedding: (embedding, where) => embeddingIn({ embedding }, world(where).dynamics.dim, where),
    size,
  });
  const imagine = async (from: AgentGoal, raw: Float32Array, where: string): Promise<Float32Array> => {
    const context = await startOf(from, where);
    const horizon = raw.length / (frameSkip * A);
    if (!Number.isInteger(horizon) || horizon < 1)
      throw new JepaError(
        'shape',
        `${where}: actions must be whole blocks of ${frameSkip} steps x ${A} numbers, got ${raw.length} numbers`,
        { got: raw.length, frameSkip, actionDim: A },
      );
    const bad = raw.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw new JepaError('numeric', `${where}: actions must be finite, got ${raw[bad]} at ${bad}`, { bad });
    const plans = normalise(actions, raw);
    const sizes = { tasks: 1, contextLength: 1, samples: 1, horizon };
    return world(where).imagine({ context, executed: new Float32Array(0), plans, ...sizes });
  };

  return {
    name,
    describe: sentence(faculties, origin, version),
    senses,
    origin,
    actionDim: A,
    reads: decoder?.numbers ?? [],
    get warnings() {
      return goals?.warnings ?? [];
    },
    setGoal(given) {
      free('setGoal');
      goals = goalsOf(given, makerOf, onWarning);
      actor.reset();
    },
    progress: () => goals?.progress(),
    async reached(seen) {
      const { aim } = goalIn('reached');
      const { reached } = aim();
      if (reached !== undefined) return reached(await startOf(seen, 'reached'));
      throw new JepaError('usage', 'reached: the goal does not say when it is reached; give it within or until');
    },
    async decode(seen) {
      const embedding = await startOf(seen, 'decode');
      if (decoder !== undefined) return decodeNumbers(decoder, embedding);
      throw new JepaError('unsupported', `decode: ${whyNot(faculties)}`);
    },
    async act(seen) {
      free('act');
      const current = goalIn('act');
      const now = packed(senses, seen, 'act');
      deciding = true;
      const next = async (): Promise<ActorStep> => {
        if (await current.advance(() => model!.encode(now, 1))) actor.reset();
        return actor.act({
          observe: (_, out, offset) => out.set(now, offset),
          goal: (_, out, offset) => out.set(current.aim().bytes, offset),
        });
      };
      const done = await next().finally(() => {
        deciding = false;
      });
      const { actions: raw, decisions, planMs } = done;
      const action = raw.map((value, i) =>
        Math.min(boundOf(actionBounds.high, i), Math.max(boundOf(actionBounds.low, i), value)),
      );
      const [made] = decisions;
      const at = current.progress();
      return {
        action,
        ...(made && { plan: { actions: made.plan, cost: made.cost, ms: planMs } }),
        ...(at.goals > 1 && { at }),
      };
    },
    async plan(seen) {
      alive('plan');
      const { bytes } = goalIn('plan').aim();
      const frames = packed(senses, seen, 'plan');
      const keys = [fold(key, 'plan')];
      const began = performance.now();
      const given = { envs: [0], context: 1, frames, blocks: new Float32Array(0), goals: bytes, keys };
      const { plan, cost } = await decide(given);
      const ms = performance.now() - began;
      const raw = denormalise(actions, plan);
      const imagined = model && { imagined: await imagine(seen, raw, 'plan') };
      return { actions: raw, cost: cost[0]!, ms, ...imagined };
    },
    embed: (seen) => startOf(seen, 'embed'),
    imagine: (from, raw) => imagine(from, raw, 'imagine'),
    reset() {
      free('reset');
      goals?.restart();
      actor.reset();
    },
    async dispose() {
      disposed = true;
      await faculties.dispose();
    },
  };
}

/** An embedding of the right width, finite, in an array of its own. */
function embeddingIn({ embedding }: { readonly embedding: Float32Array }, dim: number, where: string): Float32Array {
  if (embedding.length !== dim)
    throw new JepaError('shape', `${where}: an embedding must hold ${dim} numbers, got ${embedding.length}`, { dim });
  const bad = embedding.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new JepaError('numeric', `${where}: an embedding must be finite, got ${embedding[bad]} at ${bad}`, { bad });
  return embedding.slice();
}
