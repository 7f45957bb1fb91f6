// The tiny run that the faults happen to: every stage of a control experiment in a few seconds. It is made once and copied.

import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ChildOptions, type Ended, jepa } from './child.ts';
import type { FaultCall, FaultPlan } from './hook.ts';
import { lastWords } from './judge.ts';
import { type Snapshot, snapshot } from './snapshot.ts';

const sets = (settings: readonly string[]): readonly string[] => settings.flatMap((setting) => ['--set', setting]);

/** The smallest experiment that has every stage. */
export const TINY: readonly string[] = sets([
  'collect.episodes=16',
  'collect.maxSteps=40',
  'data.workers=0',
  'env.imageSize=32',
  'model={"encoder":{"imageSize":32,"dim":24,"depth":1,"mlpDim":48},"predictor":{"depth":1,"heads":2,"headDim":8,"mlpDim":32},"projectorHidden":32}',
  'train={"steps":6,"batchSize":4,"checkpointEvery":2,"instrumentsEvery":3}',
  'plan={"tasks":2,"budget":10,"resetBudget":10,"film":1}',
  'costs.routes={"steps":2,"batchSize":8}',
  'costs.routes.labels.goals=5',
  'plan.planner={"samples":8,"elites":2,"iterations":1}',
  'evals={"probeRows":60,"surpriseClips":4}',
]);

/** Stages that faults are put into. */
export type StageName = 'run' | 'collect' | 'train' | 'plan' | 'export';
export const STAGES: readonly StageName[] = ['run', 'collect', 'train', 'plan', 'export'];

/** The command of a stage that writes into `dir`; the stages of a model need a copy of the victim there. */
export function commandOf(stage: StageName, dir: string): readonly string[] {
  if (stage === 'plan' || stage === 'export') return [stage, dir, '--json', '--quiet'];
  return [stage, 'two-room', '--seed', '3', '--out', dir, '--json', '--quiet', ...TINY];
}

/** The command that continues what a stage began. */
export function resumeOf(stage: StageName, dir: string): readonly string[] {
  const command = commandOf(stage, dir);
  return stage === 'plan' || stage === 'export' ? command : [...command, '--resume'];
}

const HOOK = fileURLToPath(new URL('./hook.js', import.meta.url));

/** Runs a stage with a fault in it. */
export function stageWithFault(stage: StageName, dir: string, plan: FaultPlan): Promise<Ended> {
  return jepa(commandOf(stage, dir), faulty(plan));
}

/** The options of a process with a fault in it. */
function faulty(plan: FaultPlan): ChildOptions {
  return { nodeArgs: ['--import', HOOK], env: { JEPA_FAULT: JSON.stringify(plan) } };
}

/** An undisturbed stage. */
export interface Straight {
  readonly content: Snapshot;
  readonly calls: readonly FaultCall[];
  readonly ms: number;
}

/** The victim, and undisturbed stages of it, made when they are first asked for. */
export class Victim {
  readonly #root: string;
  readonly #made = new Map<StageName, Promise<Straight>>();

  constructor(root: string) {
    this.#root = root;
  }

  /** The folder of the whole run. */
  async folder(): Promise<string> {
    await this.straight('run');
    return join(this.#root, 'run');
  }

  /** A copy of the run in `dir`. */
  async copyTo(dir: string): Promise<void> {
    cpSync(await this.folder(), dir, { recursive: true });
  }

  /** Makes what a stage starts from: nothing, or a copy of the run. */
  async ready(stage: StageName, dir: string): Promise<void> {
    if (stage === 'plan' || stage === 'export') await this.copyTo(dir);
  }

  straight(stage: StageName): Promise<Straight> {
    const known = this.#made.get(stage);
    if (known !== undefined) return known;
    const made = this.#make(stage);
    this.#made.set(stage, made);
    return made;
  }

  async #make(stage: StageName): Promise<Straight> {
    mkdirSync(this.#root, { recursive: true });
    const dir = join(this.#root, stage);
    const list = join(this.#root, `${stage}.calls.json`);
    await this.ready(stage, dir);
    const ended = await stageWithFault(stage, dir, { under: dir, at: 0, how: 'kill', list });
    if (ended.code !== 0 || !existsSync(list)) {
      throw new Error(`the victim's ${stage} must succeed, got exit code ${ended.code}: ${lastWords(ended)}`);
    }
    const calls = JSON.parse(readFileSync(list, 'utf8')) as FaultCall[];
    return { content: snapshot(dir), calls, ms: ended.ms };
  }
}

let victim: { readonly root: string; readonly value: Victim } | undefined;

/** The victim of a suite that works in `root`. */
export function victimIn(root: string): Victim {
  if (victim?.root !== root) victim = { root, value: new Victim(join(root, 'victim')) };
  return victim.value;
}
