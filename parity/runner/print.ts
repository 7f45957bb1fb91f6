// The text of a parity run: one line per case while it runs, what exceeded, and a closing table.

import { type Comparison, fails } from './compare.ts';
import type { CaseReport } from './run.ts';

/** Every compared tensor and scalar of a case, one line each; or only the failures, skips and noise of it. */
export function caseLines(report: CaseReport, verbose: boolean): readonly string[] {
  const head = headline(report);
  if (report.error !== undefined) return [head, ...report.error.split('\n').map((line) => `    ${line}`)];
  const skipped = new Map<string, string[]>();
  for (const c of report.comparisons) {
    if (c.status === 'skipped') skipped.set(c.detail!, [...(skipped.get(c.detail!) ?? []), c.name]);
  }
  return [
    head,
    ...report.comparisons.filter((c) => c.status !== 'skipped' && (verbose || fails(c))).map((c) => `    ${line(c)}`),
    ...[...skipped].map(([reason, names]) => `    not reproduced: ${shortList(names)} (${reason})`),
  ];
}

/** The closing table: what was compared, how near the worst came to its tolerance, and what no one claims. */
export function summaryLines(reports: readonly CaseReport[]): readonly string[] {
  const claimed = reports.filter((r) => r.outcome !== 'unclaimed');
  const unclaimed = reports.filter((r) => r.outcome === 'unclaimed');
  const rows = claimed.map((r) => {
    const compared = r.comparisons.filter((c) => c.status !== 'skipped' && c.status !== 'missing');
    return [
      r.folder,
      r.outcome === 'ok' ? 'ok' : r.outcome.toUpperCase(),
      String(compared.filter((c) => !c.name.startsWith('scalar.')).length),
      String(compared.filter((c) => c.name.startsWith('scalar.')).length),
      String(r.comparisons.filter((c) => c.status === 'skipped').length),
      String(r.comparisons.filter(fails).length),
      percent(worst(r)?.ratio),
      `${r.seconds.toFixed(2)} s`,
    ];
  });
  const header = ['case', 'outcome', 'tensors', 'scalars', 'skipped', 'excess', 'worst/tolerance', 'time'];
  const failed = claimed.filter((r) => r.outcome !== 'ok').length;
  return [
    '',
    ...table([header, ...rows]),
    '',
    ...(unclaimed.length === 0 ? [] : [`no implementation claims: ${unclaimed.map((r) => r.folder).join(', ')}`]),
    `${claimed.length - failed} of ${claimed.length} claimed cases agree, ${unclaimed.length} unclaimed${failed > 0 ? `; ${failed} FAILED` : ''}`,
  ];
}

function headline(report: CaseReport): string {
  const label = report.folder === report.name ? report.name : `${report.folder} (${report.name})`;
  switch (report.outcome) {
    case 'unclaimed':
      return `-     ${label}: no implementation claims it`;
    case 'error':
      return `ERROR ${label}`;
    default: {
      const mark = report.outcome === 'ok' ? 'ok   ' : 'FAIL ';
      const w = worst(report);
      return `${mark} ${label}: ${report.comparisons.length} compared${w === undefined ? '' : `, worst ${line(w)}`}`;
    }
  }
}

function worst(report: CaseReport): Comparison | undefined {
  let found: Comparison | undefined;
  for (const c of report.comparisons) {
    if (c.status === 'skipped' || c.status === 'noise') continue;
    if (found === undefined || c.ratio > found.ratio) found = c;
  }
  return found;
}

function line(c: Comparison): string {
  const mark = c.status === 'ok' ? '' : ` ${c.status.toUpperCase()}`;
  const detail = c.detail === undefined ? '' : `: ${c.detail}`;
  if (Number.isNaN(c.absolute)) return `${c.name}${mark}${detail}`;
  const limit = c.name.startsWith('scalar.') ? 'relative tolerance' : 'tolerance';
  return (
    `${c.name}  abs ${c.absolute.toExponential(2)}  rel ${c.relative.toExponential(2)}` +
    `  ${limit} ${c.tolerance.toExponential(2)} (${percent(c.ratio)})${mark}${detail}`
  );
}

function percent(ratio: number | undefined): string {
  if (ratio === undefined) return '-';
  return Number.isFinite(ratio) ? `${(100 * ratio).toFixed(ratio < 0.1 ? 1 : 0)} %` : 'inf';
}

function shortList(names: readonly string[]): string {
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]!.map((_, j) => Math.max(...rows.map((row) => row[j]!.length)));
  return rows.map((row) =>
    row
      .map((cell, j) => (j < 2 ? cell.padEnd(widths[j]!) : cell.padStart(widths[j]!)))
      .join('  ')
      .trimEnd(),
  );
}
