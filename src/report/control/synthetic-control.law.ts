// Made-up run folders of control experiments for the tests and for looking at the page; no number in them means anything.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlanningProtocol, PolicyResult, RunStatus } from '../../run/index.ts';

/** What a made-up run did. */
export interface SyntheticControl {
  readonly world: string;
  readonly model: string;
  readonly seed: number;
  readonly status?: RunStatus;
  /** Further settings. */
  readonly config?: object;
  /** Successes of 100 by policy. */
  readonly strict?: Readonly<Record<string, number>>;
  readonly paper?: Readonly<Record<string, number>>;
  /** Other files of `evals/` by name without ending. */
  readonly evals?: Readonly<Record<string, unknown>>;
}

/** Tasks of every made-up protocol. */
const TASKS = 100;

/** The results of policies: planners plan ten times, and take 0.02 s for each task. */
function syntheticResults(successes: Readonly<Record<string, number>>): PolicyResult[] {
  return Object.entries(successes).map(([policy, successAny]) => ({
    policy,
    tasks: TASKS,
    successAny,
    ...(policy === 'random' || policy === 'oracle' ? { plans: 0 } : { plans: 10, planSecondsMean: 0.02 * TASKS }),
  }));
}

/** One protocol. */
export function syntheticProtocol(name: string, successes: Readonly<Record<string, number>>): PlanningProtocol {
  return {
    name,
    description: `${name} protocol`,
    goalOffset: 25,
    budget: 50,
    planner: { solver: 'cem/le-wm', samples: 128 },
    results: syntheticResults(successes),
  };
}

/** Writes a run folder and returns its name. */
export function writeSyntheticControl(dir: string, made: SyntheticControl): string {
  const { world, model, seed, status = 'done', config = {}, strict, paper, evals = {} } = made;
  const name = `${world}_model=${model}_seed=${seed}`;
  const folder = join(dir, name);
  mkdirSync(join(folder, 'evals'), { recursive: true });
  const json = (file: string, value: unknown): void => writeFileSync(join(folder, file), JSON.stringify(value));
  json('run.json', {
    recipe: world,
    seed,
    status,
    minutes: 12,
    machine: { cpu: 'Imaginary CPU', cores: 2, memoryGiB: 16, platform: 'linux x64' },
    versions: { jepa: '0.0.0', node: '20.0.0' },
    config: { model, models: { [model]: { size: 1 }, other: { size: 2 } }, ...config },
    metrics: {},
  });
  // 60 steps of 10 images at 5 images per second: two minutes.
  const timing = { seconds: 120, imagesPerSecond: 5 };
  writeFileSync(join(folder, 'metrics.jsonl'), `${JSON.stringify({ step: 60, loss: 1, timing })}\n`);
  const protocols = [
    ...(strict === undefined ? [] : [syntheticProtocol('strict', strict)]),
    ...(paper === undefined ? [] : [syntheticProtocol('paper', paper)]),
  ];
  if (protocols.length > 0) json('evals/planning.json', { protocols, solver: 'cem/le-wm' });
  for (const [file, value] of Object.entries(evals)) json(`evals/${file}.json`, value);
  return name;
}
