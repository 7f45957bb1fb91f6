// Parquet files in the layout of public image datasets: a column {bytes, path} with an encoded image and a column with its
// class, by number or by name. The row groups are the jobs.

import { basename } from 'node:path';
import { JepaError } from '../../core/index.ts';
import { type ReadLimits, requireLimit } from '../../data/index.ts';
import { fileIdentity } from '../../data/node.ts';
import { unknownClass } from './folder.ts';
import { type ColumnOptions, openParquet, type ParquetFile, readRows } from './parquet-file.ts';
import type { EncodedImage, ImageSource, Job, ParquetJob } from './source.ts';

/** A class as a row has it: its name, its number, or undefined when it is neither. */
function classIn(cell: unknown): string | number | undefined {
  if (typeof cell === 'string') return cell;
  if (cell instanceof Uint8Array) return Buffer.from(cell).toString('utf8');
  const number = typeof cell === 'number' || typeof cell === 'bigint' ? Number(cell) : Number.NaN;
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

function noClass(
  { file, labelColumn }: Pick<ParquetFile, 'file' | 'labelColumn'>,
  row: number,
  cell: unknown,
): JepaError {
  const where = `${file}, row ${row}`;
  return new JepaError(
    'data',
    `${where}: column '${labelColumn}' must be the number or the name of a class, got ${cell}`,
    { where },
  );
}

/** All classes that the rows of a file have. */
async function classesIn(opened: ParquetFile, limits: ReadLimits): Promise<Set<string | number>> {
  const { labelColumn, groups } = opened;
  const found = new Set<string | number>();
  if (labelColumn === null) return found;
  let row = 0;
  for (const rows of groups) {
    for (const [i, cells] of (await readRows(opened, [labelColumn], row, rows, limits)).entries()) {
      const value = classIn(cells[labelColumn]);
      if (value === undefined) throw noClass(opened, row + i, cells[labelColumn]);
      found.add(value);
    }
    requireLimit('classes', limits, found.size, `${opened.file}: ${found.size} classes`);
    row += rows;
  }
  return found;
}

/**
 * The classes of some Parquet files: the names that they state, the names in their rows in order, or for numbers without
 * names the numbers up to the highest one; empty without labels.
 *
 * @throws JepaError 'data' when the files state different names; the others of `openParquet`.
 */
export async function parquetClasses(
  files: readonly string[],
  options: ColumnOptions,
  limits: ReadLimits,
): Promise<readonly string[]> {
  return classesOf(await Promise.all(files.map((file) => openParquet(file, options, limits))), limits, true);
}

/** As `parquetClasses`; numbers without names are looked at only when `counted`. */
async function classesOf(
  opened: readonly ParquetFile[],
  limits: ReadLimits,
  counted: boolean,
): Promise<readonly string[]> {
  const [first] = opened;
  if (first === undefined || first.labelColumn === null) return [];
  const named = opened.filter(({ classes }) => classes.length > 0);
  const stated = named[0]?.classes ?? [];
  for (const { file, classes } of named) {
    if (classes.join('\n') === stated.join('\n')) continue;
    throw new JepaError(
      'data',
      `${file}: its classes ${classes.slice(0, 8).join(', ')} must be those of ${named[0]!.file}, ` +
        `${stated.slice(0, 8).join(', ')}; open the files one by one, or write them with one list`,
      { file, classes, stated },
    );
  }
  if (stated.length > 0 || !(counted || opened.some((file) => file.named))) return stated;
  const found = new Set<string | number>();
  for (const file of opened) for (const value of await classesIn(file, limits)) found.add(value);
  const names = [...found].filter((value) => typeof value === 'string').sort();
  if (names.length > 0) return names;
  const most = [...found].reduce<number>((a, b) => Math.max(a, Number(b)), -1) + 1;
  requireLimit('classes', limits, most, `${first.file}: classes up to ${most - 1}`);
  return Array.from({ length: most }, (_, i) => String(i));
}

/**
 * The images of some Parquet files, one file after another.
 *
 * @param known the classes in the order of their numbers: names are looked up there; where the files have numbers without
 * names, these are the names of the numbers
 * @throws JepaError 'corrupt' when a file is truncated or no Parquet; 'usage' for an unknown column; 'data' when a column
 * holds no images, a file has no rows, the files differ in their classes, or one is not in `known`; 'unsupported' above
 * the limits `images` and `classes`.
 */
export async function parquetSource(
  files: readonly string[],
  options: ColumnOptions,
  limits: ReadLimits,
  known?: readonly string[],
): Promise<ImageSource> {
  const opened: ParquetFile[] = [];
  for (const file of files) opened.push(await openParquet(file, options, limits));
  const own = await classesOf(opened, limits, false);
  const classes = known ?? own;
  const numbers = (file: string, named: boolean): ReadonlyMap<string | number, number> | null => {
    if (own.length === 0 || (!named && own.join('\n') === classes.join('\n'))) return null;
    const twin = classes.find((name, i) => classes.indexOf(name) !== i);
    if (twin !== undefined) {
      throw new JepaError(
        'data',
        `${file}: its classes must be matched by name with ${classes.length} others, of which two are called '${twin}'; ` +
          'write all parts with one list of classes, or give { classes } with different names',
        { file, twin },
      );
    }
    return new Map(
      own.map((name, i) => {
        const number = classes.indexOf(name);
        if (number < 0) throw unknownClass(file, name, classes);
        return [named ? name : i, number];
      }),
    );
  };
  const jobs: Job[] = [];
  let first = 0;
  for (const { file, imageColumn, labelColumn, named, groups } of opened) {
    let row = 0;
    for (const rows of groups) {
      if (rows === 0) continue;
      const job = {
        kind: 'parquet',
        file,
        imageColumn,
        labelColumn,
        numbers: numbers(file, named),
        row,
        rows,
      } as const;
      jobs.push({ ...job, first });
      row += rows;
      first += rows;
    }
    requireLimit('images', limits, first, `${file}: ${first} rows with the files before it`);
  }
  if (first === 0) throw new JepaError('data', `${files.join(', ')}: no rows, so no images`, { files });
  return { jobs, count: first, classes, files: files.map((file) => fileIdentity(file, basename(file))) };
}

/** Opened files of this thread, so that a footer is read once. */
const footers = new Map<string, Promise<ParquetFile>>();

/**
 * The encoded images of one row group.
 *
 * @throws JepaError 'corrupt' when it cannot be read; 'data' for a label that is no class; 'unsupported' above `classes`.
 */
export async function readParquetJob(job: ParquetJob, limits: ReadLimits): Promise<EncodedImage[]> {
  const { file, imageColumn, labelColumn, numbers, row, rows } = job;
  let footer = footers.get(file);
  if (footer === undefined) {
    footer = openParquet(file, { image: imageColumn, label: labelColumn }, limits);
    footers.set(file, footer);
  }
  const opened = await footer;
  const columns = labelColumn === null ? [imageColumn] : [imageColumn, labelColumn];
  const table = await readRows(opened, columns, row, rows, limits);
  return table.map((cells, i) => {
    const where = `${file}, row ${row + i}`;
    const { bytes } = (cells[imageColumn] ?? {}) as { readonly bytes?: unknown };
    const image = { where, bytes: bytes instanceof Uint8Array ? bytes : new Uint8Array(0) };
    if (labelColumn === null) return { ...image, label: -1 };
    const value = classIn(cells[labelColumn]);
    const label = value === undefined || numbers === null ? value : numbers.get(value);
    if (typeof label !== 'number') throw noClass(opened, row + i, cells[labelColumn]);
    requireLimit('classes', limits, label + 1, `${where}: class ${label}`);
    return { ...image, label };
  });
}
