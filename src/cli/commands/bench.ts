// `jepa bench [NAME...]`: measures this machine. `jepa bench control` and `costs` are commands of their own.

import { join } from 'node:path';
import { JepaError, unknownName } from '../../core/index.ts';
import { writeFileAtomic } from '../../data/node.ts';
import { machineRecord, makeFolder, versionRecord } from '../../run/node.ts';
import { BUSY, type MachineLoad, machineLoad } from '../machine-load.ts';
import { type CommonOptions, withOptions } from '../options.ts';
import type { CommandFile } from '../session.ts';
import { addControlBench } from './bench-control.ts';
import { addCostsBench } from './bench-costs.ts';

/** Adds the command. */
export const benchCommand: CommandFile = (program, session) => {
  const command = program
    .command('bench')
    .description('measure this machine: all benchmarks, or those named')
    .argument('[names...]', 'benchmarks')
    .enablePositionalOptions();
  addControlBench(command, session);
  addCostsBench(command, session);
  const out = 'folder for one <name>.json per benchmark, with raw samples';
  withOptions(command, { seed: true, out }).action(async (names: string[], options: CommonOptions) => {
    const { benches, output, signal } = session;
    const known = benches.map((b) => b.name);
    for (const name of names) if (!known.includes(name)) throw unknownName('benchmark', name, known);
    const chosen = benches.filter((b) => names.length === 0 || names.includes(b.name));
    if (chosen.length === 0) throw new JepaError('unsupported', 'this build of jepa holds no benchmark');
    const seed = options.seed ?? 0;
    const about = { machine: machineRecord(), versions: versionRecord() };
    const metrics: Record<string, number> = {};
    const load: Record<string, MachineLoad> = {};
    const texts: string[] = [];
    if (options.out !== undefined) makeFolder(options.out);
    for (const bench of chosen) {
      signal.throwIfAborted();
      output.log(`${bench.name}: ${bench.summary}`);
      const before = await machineLoad();
      load[bench.name] = before;
      const busy = before.busyShare > BUSY;
      const warning = `the machine was busy with other work (${(100 * before.busyShare).toFixed(0)} % before the start): the figures say little`;
      if (busy) output.log(`warning: ${warning}`);
      const date = new Date().toISOString();
      const { text, record, ...result } = await bench.run({
        seed,
        signal,
        log: (line) => output.log(line),
        progress: (line) => output.progress(line),
      });
      Object.assign(metrics, result.metrics);
      texts.push(`${bench.name}\n${text}${busy ? `\n${warning}` : ''}`);
      if (options.out === undefined) continue;
      const file = { bench: bench.name, date, seed, ...about, loadBefore: before, metrics: result.metrics, record };
      const bytes = new TextEncoder().encode(`${JSON.stringify(file, undefined, 2)}\n`);
      writeFileAtomic(join(options.out, `${bench.name}.json`), [bytes]);
    }
    output.answer({ ...about, load, metrics }, texts.join('\n\n'));
  });
};
