// Descriptions of the things that jepa writes: model files, run folders, datasets.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeStore, locateEpisodes, openEpisodes, readSafetensors } from '../data/node.ts';
import { settingPaths } from '../experiment/index.ts';
import { originWords } from '../run/index.ts';
import { readRunFile, readRunFolder } from '../run/node.ts';
import { printable } from './printable.ts';

/** A description for programs and for people. */
export interface Inspection {
  readonly json: object;
  readonly text: string;
}

/** Rows that a table shows; the others are counted, and `--json` has them all. */
const SHOWN = 100;

function table(rows: readonly (readonly string[])[]): string {
  const shown = rows.slice(0, SHOWN).map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of shown) {
    for (const [c, cell] of row.entries()) widths[c] = Math.max(widths[c] ?? 0, cell.length);
  }
  const lines = shown.map((row) =>
    row
      .map((cell, c) => cell.padEnd(widths[c]!))
      .join('  ')
      .trimEnd(),
  );
  const more = rows.length - shown.length;
  return [...lines, ...(more > 0 ? [`and ${more.toLocaleString('en-US')} more; --json names them all`] : [])].join(
    '\n',
  );
}

/** Names in one line, as many as a table has rows. */
function listed(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return [...names.slice(0, SHOWN).map(printable), ...(more > 0 ? [`and ${more} more`] : [])].join(', ') || 'none';
}

/** A safetensors file: metadata, tensors and the number of elements. Checks its checksum. */
export function inspectModel(path: string): Inspection {
  const { tensors, metadata } = readSafetensors(path);
  const rows = [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  const elements = rows.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const shown = Object.entries(metadata).map(([key, value]) => [
    key,
    value.length > 200 ? `${value.slice(0, 200)}...` : value,
  ]);
  const text = [
    `${printable(path)}: ${rows.length} tensors, ${elements.toLocaleString('en-US')} numbers`,
    '',
    table(shown),
    '',
    table(rows.map(({ name, dtype, shape }) => [name, dtype, `[${shape.join(', ')}]`])),
  ].join('\n');
  return { json: { kind: 'model', path, elements, metadata, tensors: rows }, text };
}

/** A run folder: its record, last metrics, evaluations and checkpoints. */
export function inspectRun(dir: string): Inspection {
  const run = readRunFile(dir);
  const { metrics, rollouts } = readRunFolder(dir, 100);
  const last = metrics.ok ? metrics.value.at(-1) : undefined;
  const names = (folder: string): string[] =>
    existsSync(join(dir, folder)) ? readdirSync(join(dir, folder)).sort() : [];
  const json = {
    kind: 'run',
    path: dir,
    ...run,
    lastMetrics: last ?? null,
    evals: names('evals'),
    checkpoints: names('checkpoints'),
    rollouts: rollouts.ok ? rollouts.value.length : 0,
  };
  const { machine, failure, others = {} } = run;
  const made = run.recipe === '' ? 'made by code, without a recipe' : `recipe ${run.recipe}`;
  const where =
    machine === undefined
      ? 'unknown'
      : `${machine.cpu}, ${machine.cores} cores, ${Math.round(machine.memoryGiB)} GiB, ${machine.platform}`;
  const text = [
    printable(`${dir}: ${made}, seed ${run.seed}, ${run.status}, ${run.minutes ?? 0} minutes`),
    ...(failure === undefined ? [] : [`failed       ${printable(failure.message)}`]),
    `machine      ${printable(where)}`,
    `last step    ${last === undefined ? 'none' : `${last.step}, loss ${last.loss ?? 'n/a'}`}`,
    `evals        ${listed(json.evals)}`,
    `checkpoints  ${listed(json.checkpoints)}`,
    `rollouts     ${json.rollouts}`,
    '',
    table(Object.entries(run.metrics ?? {}).map(([k, v]) => [k, String(v)])),
    ...Object.entries(others).flatMap(([digest, other]) => {
      const rows = Object.entries(other.metrics).map(([k, v]) => [k, String(v)]);
      return ['', printable(`@${digest}, with ${originWords(other).join(', ')}:`), table(rows)];
    }),
    '',
    table(settingPaths(run.config ?? {}).map(([k, v]) => [k, JSON.stringify(v)])),
  ].join('\n');
  return { json, text };
}

/** A dataset of any known format: its columns, episodes and rows. */
export function inspectDataset(path: string): Inspection {
  const { format } = locateEpisodes(path);
  const source = openEpisodes(path);
  try {
    const { spec, library, rows } = source;
    const episodes = source.episodes.length;
    const by = library === undefined ? `format ${format}` : `written by jepa ${library}`;
    const open = describeStore(path)?.closed === false;
    const text = [
      `${printable(path)}: ${episodes} episodes, ${rows.toLocaleString('en-US')} rows, ${printable(by)}`,
      ...(open
        ? [
            'not marked as closed: its writer is at work, was killed, or knew no such mark; an episode that was not finished is not counted',
          ]
        : []),
      '',
      table(spec.columns.map((c) => [c.name, c.dtype, `[${c.shape.join(', ')}]`])),
    ].join('\n');
    return { json: { kind: 'dataset', path, format, library, episodes, rows, spec }, text };
  } finally {
    source.close();
  }
}
