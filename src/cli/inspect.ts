// Descriptions of the things that jepa writes: model files, run folders, datasets.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeStore, locateEpisodes, openEpisodes, readSafetensors } from '../data/index.ts';
import { settingPaths } from '../experiment/index.ts';
import { readRunFile, readRunFolder } from '../run/node.ts';

/** A description for programs and for people. */
export interface Inspection {
  readonly json: object;
  readonly text: string;
}

function table(rows: readonly (readonly string[])[]): string {
  const columns = rows.reduce((most, r) => Math.max(most, r.length), 0);
  const widths = Array.from({ length: columns }, (_, c) =>
    rows.reduce((most, r) => Math.max(most, r[c]?.length ?? 0), 0),
  );
  return rows
    .map((r) =>
      r
        .map((cell, c) => cell.padEnd(widths[c]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
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
    `${path}: ${rows.length} tensors, ${elements.toLocaleString('en-US')} numbers`,
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
    `${dir}: ${made}, seed ${run.seed}, ${run.status}, ${run.minutes ?? 0} minutes`,
    ...(failure === undefined ? [] : [`failed       ${failure.message}`]),
    `machine      ${where}`,
    `last step    ${last === undefined ? 'none' : `${last.step}, loss ${last.loss ?? 'n/a'}`}`,
    `evals        ${json.evals.join(', ') || 'none'}`,
    `checkpoints  ${json.checkpoints.join(', ') || 'none'}`,
    `rollouts     ${json.rollouts}`,
    '',
    table(Object.entries(run.metrics ?? {}).map(([k, v]) => [k, String(v)])),
    ...Object.entries(others).flatMap(([digest, { settings, seed, checkpoint, metrics }]) => {
      const differs = [
        ...Object.entries(settings).map(([path, value]) => `${path}=${JSON.stringify(value)}`),
        ...(seed === undefined ? [] : [`seed ${seed}`]),
        ...(checkpoint === undefined ? [] : [`after step ${checkpoint}`]),
      ];
      const rows = Object.entries(metrics).map(([k, v]) => [k, String(v)]);
      return ['', `@${digest}, with ${differs.join(', ')}:`, table(rows)];
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
      `${path}: ${episodes} episodes, ${rows.toLocaleString('en-US')} rows, ${by}`,
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
