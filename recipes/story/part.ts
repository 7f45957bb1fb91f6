// What a part of the story is: the models it needs, and a section of the page made from them. The story is a list of parts.

import type { Runtime } from '../../src/runtime/index.ts';
import type { StoryConfig } from './config.ts';
import type { StoryJob } from './variants.ts';

/** What a part is given. */
export interface PartContext {
  readonly config: StoryConfig;
  readonly seeds: readonly number[];
  /** The folder of the story, where the trained models are. */
  readonly out: string;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
  log(line: string): void;
  /** Writes a figure to `media/<name>` (png, gif or svg by its ending) and returns it as an `<img>` for the page. */
  figure(name: string, bytes: Uint8Array, alt: string): string;
}

/** What a part leaves behind. It is written to `parts/<id>.json`, so that a resumed story does not repeat it. */
export interface PartOutcome {
  /** The section's body. */
  readonly html: string;
  /** Results by dotted name. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** One part of the story. */
export interface StoryPart {
  /** Name of its files: digits and words, such as `2-pixels-blur`. */
  readonly id: string;
  readonly title: string;
  /** One sentence under the title. */
  readonly lead: string;
  /** The models it needs, trained before any part runs; none for a part that brings its own. */
  jobs(seeds: readonly number[]): readonly StoryJob[];
  run(context: PartContext): Promise<PartOutcome>;
}

/** Jobs of one model for every seed. */
export function forSeeds(seeds: readonly number[], ...names: readonly StoryJob['variant'][]): StoryJob[] {
  return names.flatMap((variant) => seeds.map((seed) => ({ variant, seed })));
}
