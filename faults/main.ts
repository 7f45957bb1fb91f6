// The fault-injection suite: `npm run faults`. Prints a table of what was tried and how it ended; the exit code is 1 unless
// everything survived.
//   --short      the form of the gate, under a minute
//   --seed K     what the cases are drawn with (default 1)
//   --only NAME  one kind
//   --workers N  cases at a time (default 2)

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { key } from '../src/core/index.ts';
import { stopAll } from './child.ts';
import { kinds } from './kinds.ts';
import { runKind, type Tally, table } from './runner.ts';

/** Runs the suite and returns its exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      short: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      workers: { type: 'string', default: '2' },
    },
  });
  const chosen = kinds.filter(({ name }) => values.only === undefined || name.includes(values.only));
  if (chosen.length === 0) {
    console.error(`unknown kind '${values.only}'; known: ${kinds.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const root = mkdtempSync(join(tmpdir(), 'jepa-faults-'));
  const clean = (): void => {
    stopAll();
    rmSync(root, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      clean();
      process.exit(130);
    });
  }
  const seed = Number(values.seed);
  console.log(`${values.short ? 'short' : 'full'} form, seed ${seed}, Node ${process.version}`);
  const tallies: Tally[] = [];
  try {
    for (const kind of chosen) {
      tallies.push(
        await runKind(kind, {
          key: key(seed),
          count: values.short ? kind.short : kind.full,
          root,
          workers: Number(values.workers),
          log: (line) => console.log(line),
        }),
      );
    }
  } finally {
    clean();
  }
  console.log(`\n${table(tallies)}`);
  return tallies.every(({ tried, counts }) => tried === counts.survived) ? 0 : 1;
}
