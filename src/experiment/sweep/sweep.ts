// Carries out a sweep: one run after another, each in its own process and folder.

import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../../core/index.ts';
import { isRunFolder, lockRun, readRunFile } from '../../run/node.ts';
import { duration, parseProgress } from '../progress.ts';
import type { ExperimentSession } from '../session.ts';
import { differences } from '../settings.ts';
import { type ChildEnd, runChild } from './child.ts';
import type { PlannedRun } from './plan.ts';
import { earlierFailures, recordOf, type SweepFile, type SweepRun, writeSweep } from './record.ts';

/** What is the same for all runs of a sweep. */
export interface SweepOptions {
  readonly dir: string;
  /** Everything of sweep.json but its runs. */
  readonly asked: Omit<SweepFile, 'runs'>;
  readonly plan: readonly PlannedRun[];
  /** Makes ready what a run needs, right before it begins. A sentence says why it cannot begin: the run then failed. */
  ready?(run: PlannedRun): Promise<string | undefined>;
  /** Called when the first state is known, and after every run. */
  onChange?(sweep: SweepFile): void;
}

/**
 * Runs what is not done yet, and keeps sweep.json true after every run. A run that fails is recorded and the next begins.
 * Throws the reason of the session's signal when interrupted. Errors: `usage` when a folder of the plan holds a run of
 * another recipe, seed or configuration, or when another process runs the sweep, before anything runs.
 */
export async function executeSweep(session: ExperimentSession, options: SweepOptions): Promise<SweepFile> {
  const lock = lockRun(options.dir, session.commandLine);
  try {
    return await allRuns(session, options);
  } finally {
    lock.release();
  }
}

async function allRuns(session: ExperimentSession, options: SweepOptions): Promise<SweepFile> {
  const { dir, asked, plan } = options;
  const { output, signal } = session;
  for (const run of plan) checkFolder(dir, run);
  mkdirSync(join(dir, 'logs'), { recursive: true });
  const failures = earlierFailures(dir);
  const runs: SweepRun[] = plan.map((run) => {
    if (isDone(dir, run)) return recordOf(run, dir, 'done');
    const why = failures.get(run.name);
    return recordOf(run, dir, why === undefined ? 'waiting' : 'failed', why);
  });
  const sweep = (): SweepFile => ({ ...asked, runs });
  const keep = (): void => {
    writeSweep(dir, sweep());
    options.onChange?.(sweep());
  };
  keep();
  const count = plan.length;
  const already = runs.filter(({ status }) => status === 'done').length;
  if (already > 0) output.log(`${already} of ${count} runs are done already`);
  const pace = startPace(count - already);
  for (const [i, run] of plan.entries()) {
    if (runs[i]!.status === 'done') continue;
    signal.throwIfAborted();
    const place = `${i + 1}/${count}`;
    output.log(`run ${place}: ${run.name}`);
    pace.begin();
    const unready = await options.ready?.(run);
    const end: ChildEnd =
      unready !== undefined
        ? { kind: 'failed', why: unready }
        : await runChild(argumentsOf(run, dir, run.data ?? asked.data), {
            log: join(dir, 'logs', `${run.name}.log`),
            signal,
            onLine(line) {
              const progress = parseProgress(line);
              if (progress === undefined) return;
              const stage = `run ${place} ${progress.stage}`;
              output.progress({ ...progress, stage, secondsLeft: pace.secondsLeft() });
            },
          });
    const why = end.kind === 'failed' ? end.why : undefined;
    runs[i] = recordOf(run, dir, end.kind, why);
    keep();
    if (end.kind === 'interrupted') {
      signal.throwIfAborted();
      throw new JepaError('runtime', `run ${run.name} was interrupted from outside; continue with --resume`, {
        run: run.name,
      });
    }
    const took = pace.end();
    const left = pace.secondsLeft();
    const tail = Number.isFinite(left) && left > 0 ? `, ${duration(left)} left` : '';
    output.log(`run ${place} ${end.kind} in ${duration(took)}${tail}${why === undefined ? '' : `: ${why}`}`);
  }
  return sweep();
}

/** A finished run is kept; all else is begun or continued. */
export function isDone(dir: string, { name }: PlannedRun): boolean {
  const folder = join(dir, name);
  return isRunFolder(folder) && readRunFile(folder).status === 'done';
}

function checkFolder(dir: string, { name, recipe, seed, config, recorded }: PlannedRun): void {
  const folder = join(dir, name);
  if (!isRunFolder(folder)) return;
  const before = readRunFile(folder);
  const changed = [
    ...(before.recipe === recipe ? [] : ['recipe']),
    ...(before.seed === seed ? [] : ['seed']),
    ...(before.recipe === recipe ? differences(recorded(before.config ?? {}), config) : []),
  ];
  if (changed.length > 0) {
    const message = `'${folder}' holds a run with another ${changed.join(', ')}; choose another --out, or give the same --set`;
    throw new JepaError('usage', message, { folder, changed });
  }
}

function argumentsOf({ source, seed, set, name }: PlannedRun, dir: string, data: string | undefined): string[] {
  const folder = join(dir, name);
  const begun = existsSync(folder) && readdirSync(folder).length > 0;
  return [
    'run',
    source,
    '--seed',
    String(seed),
    '--out',
    folder,
    ...set.flatMap((setting) => ['--set', setting]),
    ...(data === undefined ? [] : ['--data', data]),
    ...(begun ? ['--resume'] : []),
  ];
}

/** Time left for `count` runs from the mean of those that ended here. */
function startPace(count: number): { begin(): void; end(): number; secondsLeft(): number } {
  let [ended, total, begun] = [0, 0, performance.now()];
  let running = false;
  return {
    begin() {
      begun = performance.now();
      running = true;
    },
    end() {
      const took = (performance.now() - begun) / 1000;
      ended++;
      total += took;
      running = false;
      return took;
    },
    secondsLeft() {
      if (ended === 0) return Number.NaN;
      const now = running ? Math.min(total / ended, (performance.now() - begun) / 1000) : 0;
      return (count - ended) * (total / ended) - now;
    },
  };
}
