// Parquet files in the layout of public image datasets: a column {bytes, path} with an encoded image and an int64 column
// with its class. The row groups are the jobs.

import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { asyncBufferFromFile, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { JepaError, unknownName } from '../../../core/index.ts';
import type { EncodedImage, ImageSource, Job, ParquetJob } from './source.ts';

/** The columns to read; where an option is absent, the usual names are looked for. */
export interface ColumnOptions {
  /** Column of images (default `img` or `image`). */
  readonly image?: string;
  /** Column of classes (default `label`), or null for images without labels. */
  readonly label?: string | null;
}

const IMAGE_COLUMNS = ['img', 'image'];
const LABEL_COLUMN = 'label';

function damaged(file: string, error: unknown): JepaError {
  const why = error instanceof Error ? error.message : String(error);
  return new JepaError(
    'corrupt',
    `${file}: cannot be read as Parquet (${why}); it is damaged or incomplete, fetch it again`,
    { file },
    { cause: error },
  );
}

async function metadataOf(file: string): Promise<FileMetaData> {
  try {
    return await parquetMetadataAsync(await asyncBufferFromFile(file));
  } catch (error) {
    throw damaged(file, error);
  }
}

/** Top-level columns with the names of their fields. */
function columnsOf({ schema }: FileMetaData): Map<string, string[]> {
  const columns = new Map<string, string[]>();
  const size = (at: number): number => {
    let end = at + 1;
    for (let i = 0; i < (schema[at]!.num_children ?? 0); i++) end += size(end);
    return end - at;
  };
  for (let at = 1; at < schema.length; at += size(at)) {
    const fields: string[] = [];
    for (let i = 0, child = at + 1; i < (schema[at]!.num_children ?? 0); i++) {
      fields.push(schema[child]!.name);
      child += size(child);
    }
    columns.set(schema[at]!.name, fields);
  }
  return columns;
}

function chosenColumns(
  file: string,
  columns: ReadonlyMap<string, readonly string[]>,
  { image, label }: ColumnOptions,
): { readonly imageColumn: string; readonly labelColumn: string | null } {
  const known = [...columns.keys()];
  const imageColumn = image ?? IMAGE_COLUMNS.find((name) => columns.has(name));
  if (imageColumn === undefined || !columns.has(imageColumn)) {
    throw unknownName(`image column of ${file}`, imageColumn ?? IMAGE_COLUMNS.join(' or '), known);
  }
  if (!columns.get(imageColumn)!.includes('bytes')) {
    throw new JepaError(
      'data',
      `${file}: column '${imageColumn}' must hold images as {bytes, path}, its fields are ` +
        `${columns.get(imageColumn)!.join(', ') || 'none'}; name another column`,
      { file, imageColumn },
    );
  }
  const labelColumn = label === undefined ? LABEL_COLUMN : label;
  if (labelColumn !== null && !columns.has(labelColumn)) {
    throw unknownName(`label column of ${file}`, labelColumn, known);
  }
  return { imageColumn, labelColumn };
}

/** Class names from the metadata that the Hugging Face library writes, empty where there are none. */
function classNames(metadata: FileMetaData, labelColumn: string | null): string[] {
  const text = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
  if (text === undefined || labelColumn === null) return [];
  try {
    const names: unknown = JSON.parse(text)?.info?.features?.[labelColumn]?.names;
    return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : [];
  } catch {
    return []; // Not ours to judge: the names are a convenience.
  }
}

/**
 * The images of some Parquet files, one file after another.
 *
 * Errors: `corrupt` when a file is truncated or no Parquet; `usage` for an unknown column; `data` when a column holds no
 * images or a file has no rows.
 */
export async function parquetSource(files: readonly string[], options: ColumnOptions = {}): Promise<ImageSource> {
  const jobs: Job[] = [];
  let first = 0;
  let classes: readonly string[] = [];
  for (const file of files) {
    const metadata = await metadataOf(file);
    const { imageColumn, labelColumn } = chosenColumns(file, columnsOf(metadata), options);
    if (classes.length === 0) classes = classNames(metadata, labelColumn);
    let row = 0;
    for (const group of metadata.row_groups) {
      const rows = Number(group.num_rows);
      if (rows === 0) continue;
      jobs.push({ kind: 'parquet', file, imageColumn, labelColumn, row, rows, first });
      row += rows;
      first += rows;
    }
  }
  if (first === 0) throw new JepaError('data', `${files.join(', ')}: no rows, so no images`, { files });
  return {
    jobs,
    count: first,
    classes,
    files: files.map((file) => {
      const { size, mtimeMs } = statSync(file);
      return { name: basename(file), bytes: size, changedMs: mtimeMs };
    }),
  };
}

/** Opened files of this thread, so that a footer is read once. */
const opened = new Map<string, Promise<FileMetaData>>();

/** The encoded images of one row group. Errors: `corrupt` when it cannot be read; `data` for a label that is no class. */
export async function readParquetJob(job: ParquetJob): Promise<EncodedImage[]> {
  const { file, imageColumn, labelColumn, row, rows } = job;
  let metadata = opened.get(file);
  if (metadata === undefined) {
    metadata = metadataOf(file);
    opened.set(file, metadata);
  }
  let table: Record<string, unknown>[];
  try {
    table = await parquetReadObjects({
      file: await asyncBufferFromFile(file),
      metadata: await metadata,
      columns: labelColumn === null ? [imageColumn] : [imageColumn, labelColumn],
      rowStart: row,
      rowEnd: row + rows,
      compressors,
      utf8: false,
    });
  } catch (error) {
    throw error instanceof JepaError ? error : damaged(file, error);
  }
  return table.map((cells, i) => {
    const where = `${file}, row ${row + i}`;
    const { bytes } = (cells[imageColumn] ?? {}) as { readonly bytes?: unknown };
    const label = labelColumn === null ? -1 : Number(cells[labelColumn] ?? Number.NaN);
    if (labelColumn !== null && !(Number.isSafeInteger(label) && label >= 0)) {
      throw new JepaError(
        'data',
        `${where}: column '${labelColumn}' must be the number of a class, got ${cells[labelColumn]}`,
        { where },
      );
    }
    return { where, bytes: bytes instanceof Uint8Array ? bytes : new Uint8Array(0), label };
  });
}
