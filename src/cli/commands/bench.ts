// `jepa bench [NAME...]`: measures this machine.

import { JepaError, unknownName } from '../../core/index.ts';
import { writeFileAtomic } from '../../data/index.ts';
import { machineRecord, versionRecord } from '../machine.ts';
import { type CommonOptions, withCommonOptions } from '../options.ts';
import type { CommandFile } from '../session.ts';

/** Adds the command. */
export const benchCommand: CommandFile = (program, session) => {
  const command = program
    .command('bench')
    .description('measure this machine: all benchmarks, or those named')
    .argument('[names...]', 'benchmarks');
  withCommonOptions(command, 'file for the results as JSON').action(async (names: string[], options: CommonOptions) => {
    const { benches, output, signal } = session;
    const known = benches.map((b) => b.name);
    for (const name of names) if (!known.includes(name)) throw unknownName('benchmark', name, known);
    const chosen = benches.filter((b) => names.length === 0 || names.includes(b.name));
    if (chosen.length === 0) throw new JepaError('unsupported', 'this build of jepa holds no benchmark');
    const metrics: Record<string, number> = {};
    const texts: string[] = [];
    for (const bench of chosen) {
      signal.throwIfAborted();
      output.log(`${bench.name}: ${bench.summary}`);
      const result = await bench.run({
        seed: options.seed ?? 0,
        signal,
        log: (line) => output.log(line),
        progress: (line) => output.progress(line),
      });
      Object.assign(metrics, result.metrics);
      texts.push(`${bench.name}\n${result.text}`);
    }
    const answer = { machine: machineRecord(), versions: versionRecord(), metrics };
    if (options.out !== undefined) {
      writeFileAtomic(options.out, [new TextEncoder().encode(`${JSON.stringify(answer, undefined, 2)}\n`)]);
    }
    output.answer(answer, texts.join('\n\n'));
  });
};
