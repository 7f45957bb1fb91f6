// Runs every case below a directory against the implementations that claim it.

import { basename, relative } from 'node:path';
import { JepaError } from '../../src/core/index.ts';
import { readCase } from './read-case.ts';
import type { ParityClaim } from './claim.ts';
import { type Comparison, compareCase, fails } from './compare.ts';
import { findCases } from './find.ts';

/** What happened to one case. */
export interface CaseReport {
  /** Path of the folder below the directory that was searched. */
  readonly folder: string;
  readonly name: string;
  readonly outcome: 'ok' | 'excess' | 'error' | 'unclaimed';
  readonly comparisons: readonly Comparison[];
  /** Message of the error, when reading or running the case threw. */
  readonly error?: string;
  readonly seconds: number;
}

/**
 * Runs all cases below `root`, one after another. A case that throws is reported as an error and the others still run.
 *
 * Throws `usage` when the folder does not exist or holds no case.
 */
export async function runParity(
  root: string,
  claims: readonly ParityClaim[],
  onCase: (report: CaseReport) => void = () => {},
): Promise<readonly CaseReport[]> {
  const folders = findCases(root);
  if (folders.length === 0) {
    throw new JepaError('usage', `parity: ${root} holds no folder with case.json or golden.json`, { root });
  }
  const byName = new Map(claims.map((claim) => [claim.case, claim]));
  const reports: CaseReport[] = [];
  for (const dir of folders) {
    const report = await runCase(dir, relative(root, dir) || basename(root), byName);
    reports.push(report);
    onCase(report);
  }
  return reports;
}

async function runCase(dir: string, folder: string, claims: ReadonlyMap<string, ParityClaim>): Promise<CaseReport> {
  const start = performance.now();
  let name = folder;
  const seconds = (): number => (performance.now() - start) / 1000;
  try {
    const c = await readCase(dir);
    name = c.name;
    const claim = claims.get(name);
    if (claim === undefined) return { folder, name, outcome: 'unclaimed', comparisons: [], seconds: seconds() };
    const comparisons = compareCase(c, claim, await claim.run(c));
    const outcome = comparisons.some(fails) ? 'excess' : 'ok';
    return { folder, name, outcome, comparisons, seconds: seconds() };
  } catch (error) {
    const message = error instanceof JepaError ? error.message : String((error as Error)?.stack ?? error);
    return { folder, name, outcome: 'error', comparisons: [], error: message, seconds: seconds() };
  }
}

/** Whether every claimed case agreed. Unclaimed cases do not fail. */
export function allAgree(reports: readonly CaseReport[]): boolean {
  return reports.every((r) => r.outcome === 'ok' || r.outcome === 'unclaimed');
}
