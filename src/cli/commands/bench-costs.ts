// `jepa bench costs`: what limits planning with the models of recorded runs: search, cost or dynamics.

import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { writeFileAtomic } from '../../data/node.ts';
import { auditRun, type ComputeOptions } from '../../experiment/index.ts';
import { costMarkdown } from '../../report/index.ts';
import type { CostAudit } from '../../run/index.ts';
import { machineRecord, makeFolder, versionRecord } from '../../run/node.ts';
import { type CommonOptions, type ModelOptions, nameList, wholeNumber, withOptions } from '../options.ts';
import type { CommandSession } from '../session.ts';

interface Options extends CommonOptions, ModelOptions, ComputeOptions {
  readonly run: readonly string[];
  readonly costs: readonly string[];
  readonly tasks: number;
  readonly samples: number;
  readonly trueTasks: number;
  readonly goalOffset?: number;
}

const COSTS = ['latent/last', 'latent/all', 'probe'];

/** Adds `costs` to `jepa bench`. */
export function addCostsBench(bench: Command, session: CommandSession): void {
  const command = bench
    .command('costs')
    .description('audit planning costs on the models of runs: what limits planning; minutes for each run')
    .requiredOption('--run <folders>', 'run folders, separated by commas', nameList)
    .option('--costs <names>', 'costs, separated by commas', nameList, COSTS)
    .option('--tasks <n>', 'tasks of the audit', someOf, 50)
    .option('--samples <n>', 'plans of each task and population', someOf, 64)
    .option('--true-tasks <n>', 'tasks planned in the true world with each cost (0: none)', wholeNumber, 20)
    .option('--goal-offset <n>', 'recorded steps from start to goal (default: that of the recipe)', someOf);
  const out = 'folder for costs.json and costs.md';
  withOptions(command, { seed: true, out, set: true, model: true, compute: true }).action(async (options: Options) => {
    const { output, commandLine } = session;
    const { costs, tasks, samples, trueTasks, goalOffset } = options;
    const audits: CostAudit[] = [];
    for (const run of options.run) {
      output.log(run);
      const choices = { costs, tasks, samples, trueTasks, ...(goalOffset === undefined ? {} : { goalOffset }) };
      audits.push(await auditRun(session, run, options, choices));
    }
    const date = new Date().toISOString();
    const about = { bench: 'costs', date, command: commandLine, machine: machineRecord(), versions: versionRecord() };
    const text = costMarkdown({ date, command: commandLine, machine: about.machine, audits });
    if (options.out !== undefined) {
      makeFolder(options.out);
      const encode = (written: string): Uint8Array => new TextEncoder().encode(written);
      writeFileAtomic(join(options.out, 'costs.json'), [
        encode(`${JSON.stringify({ ...about, audits }, undefined, 1)}\n`),
      ]);
      writeFileAtomic(join(options.out, 'costs.md'), [encode(text)]);
    }
    output.answer({ ...about, audits }, text);
  });
}

function someOf(text: string): number {
  const count = wholeNumber(text);
  if (count === 0) throw new InvalidArgumentError('It must be at least 1, got 0.');
  return count;
}
