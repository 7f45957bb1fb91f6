// What comes out of running a recipe, and the part of a recipe that is to run.

import { JepaError } from '../core/index.ts';
import type { FoundRecipe } from './find-recipe.ts';
import type { RecipeStages, RunContext, RunSummary } from './recipe.ts';

/** The names of the parts of a recipe. */
export type StageName = keyof RecipeStages<object>;

/** The outcome of a command that ran a recipe: what the JSON line of `jepa run` holds, and the report's path. */
export interface Executed {
  readonly recipe: string;
  readonly seed: number;
  readonly run: string;
  /** Where results went, when that is not the run. */
  readonly out?: string;
  readonly minutes: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly report?: string;
  /** Updates of the checkpoint, where it was not the newest. */
  readonly checkpoint?: number;
  /** The digest in the names of the results, where they were made with other settings than the run's. */
  readonly digest?: string;
  /** Those settings, by dotted path. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** One part of a recipe, or all of it. */
export type Work = (config: object, context: RunContext) => Promise<RunSummary>;

/** @throws JepaError 'usage' for a part that the recipe does not have */
export function workOf({ recipe }: FoundRecipe, stage: StageName | 'run'): Work {
  if (stage === 'run') return (config, context) => recipe.run(config, context);
  const work = recipe.stages?.[stage];
  if (work === undefined) {
    const parts = Object.keys(recipe.stages ?? {}).join(', ') || 'none';
    const message = `recipe ${recipe.name} has no separate '${stage}' (its parts: ${parts}); use 'jepa run ${recipe.name}'`;
    throw new JepaError('usage', message, { recipe: recipe.name, stage });
  }
  return (config, context) => work.call(recipe.stages, config, context);
}

/** Minutes since `startMs` on the process's clock, and those before it. */
export function elapsed(startMs: number, before = 0): number {
  return Math.round((before + (performance.now() - startMs) / 60_000) * 1000) / 1000;
}

/** The metrics as an aligned table, and where to look next. */
export function executedText(done: Executed): string {
  const { run, minutes, metrics, report, checkpoint, digest, settings = {} } = done;
  const width = Math.max(0, ...Object.keys(metrics).map((name) => name.length));
  const value = (v: number): string => (Number.isFinite(v) ? String(Number(v.toPrecision(5))) : 'not finite');
  const rows = Object.entries(metrics).map(([name, v]) => `${name.padEnd(width)}  ${value(v)}`);
  const changed = Object.keys(settings).join(', ');
  const tail = [
    `folder  ${run}`,
    ...(checkpoint === undefined ? [] : [`model   after step ${checkpoint}, for the newest checkpoint is damaged`]),
    ...(digest === undefined ? [] : [`results beside those of the run, as @${digest}${changed && ` (${changed})`}`]),
    ...(report === undefined ? [] : [`report  ${report}`]),
    `minutes ${minutes}`,
  ];
  return [...rows, ...(rows.length > 0 ? [''] : []), ...tail].join('\n');
}

/** The JSON line of `jepa run`. */
export function executedJson({ recipe, seed, run, minutes, metrics, checkpoint, digest, settings }: Executed): object {
  return {
    ...{ recipe, seed, run, minutes, metrics },
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(digest === undefined ? {} : { other: digest, settings }),
  };
}
