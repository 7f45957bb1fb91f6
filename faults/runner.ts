// Runs the cases of a kind, a few at a time, each with a limit of time, and counts how they ended.

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fold, type Key } from '../src/core/index.ts';
import { LIMIT_MS } from './child.ts';
import { type Case, failed, type Kind, type Outcome, type Verdict } from './kind.ts';

/** A case starts at most three processes one after another. */
const CASE_LIMIT_MS = 4 * LIMIT_MS;

/** What came out of a kind. */
export interface Tally {
  readonly kind: string;
  readonly tried: number;
  readonly counts: Readonly<Record<Outcome, number>>;
  /** The longest time until a process had stopped, where that was measured. */
  readonly stopMs?: number;
}

/** How a kind is run. */
export interface RunnerOptions {
  readonly key: Key;
  readonly count: number;
  readonly root: string;
  readonly workers: number;
  readonly log: (line: string) => void;
}

/** One case within its limit; what it throws is a fault of the suite or of the program, and counts as a stack. */
async function tried(one: Case, dir: string): Promise<Verdict> {
  mkdirSync(dir, { recursive: true });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Verdict>((resolve) => {
    timer = setTimeout(() => resolve(failed('hang', `no end after ${CASE_LIMIT_MS / 1000} s`)), CASE_LIMIT_MS);
  });
  try {
    return await Promise.race([one.run(dir), late]);
  } catch (error) {
    return failed('stack', error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    clearTimeout(timer);
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Runs a kind. */
export async function runKind(kind: Kind, { key, count, root, workers, log }: RunnerOptions): Promise<Tally> {
  const cases = await kind.cases(fold(key, kind.name), count, root);
  const counts: Record<Outcome, number> = { survived: 0, silent: 0, stack: 0, hang: 0, unclear: 0 };
  const stops: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < cases.length; i = next++) {
      const verdict = await tried(cases[i]!, join(root, `${kind.name.replace(/\W/g, '-')}-${i}`));
      counts[verdict.outcome]++;
      if (verdict.stopMs !== undefined) stops.push(verdict.stopMs);
      if (verdict.outcome !== 'survived') log(`${verdict.outcome}: ${kind.name}: ${cases[i]!.name}: ${verdict.why}`);
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  const stopMs = stops.length === 0 ? {} : { stopMs: Math.max(...stops) };
  log(`${kind.name}: ${counts.survived} of ${cases.length} survived`);
  return { kind: kind.name, tried: cases.length, counts, ...stopMs };
}

/** The table of the suite, as Markdown. */
export function table(tallies: readonly Tally[]): string {
  const head = ['fault', 'tried', 'survived', 'silent', 'stacks', 'hangs', 'unclear'];
  const rows = tallies.map(({ kind, tried, counts: c }) =>
    [kind, tried, c.survived, c.silent, c.stack, c.hang, c.unclear].map(String),
  );
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = `|${widths.map((w, i) => (i === 0 ? '-'.repeat(w + 2) : `${'-'.repeat(w + 1)}:`)).join('|')}|`;
  const stops = tallies.flatMap(({ kind, stopMs }) =>
    stopMs === undefined ? [] : [`${kind}: stopped at the latest ${(stopMs / 1000).toFixed(1)} s after the signal`],
  );
  return [line(head), rule, ...rows.map(line), ...stops].join('\n');
}
