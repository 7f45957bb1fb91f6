// One Parquet file: its footer, the columns of images and of classes, and rows of them, with what is announced held against
// the limits before it is made.

import { statSync } from 'node:fs';
import {
  asyncBufferFromFile,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  type SchemaElement,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { JepaError, unknownName } from '../../core/index.ts';
import { fileKind, type ReadLimits, requireLimit } from '../../data/index.ts';
import { KIND_BYTES, openRegular, readHead, requireRegular } from '../../data/node.ts';

/** The columns to read; where an option is absent, the usual names are looked for. */
export interface ColumnOptions {
  /** Column of images (default `img` or `image`). */
  readonly image?: string;
  /** Column of classes (default `label`), by number or by name, or null for images without labels. */
  readonly label?: string | null;
}

const IMAGE_COLUMNS = ['img', 'image'];
const LABEL_COLUMN = 'label';

/** A Parquet file whose footer was read. */
export interface ParquetFile {
  readonly file: string;
  readonly metadata: FileMetaData;
  readonly imageColumn: string;
  readonly labelColumn: string | null;
  /** Whether the classes stand there by name. */
  readonly named: boolean;
  /** Names of the classes that the Hugging Face library wrote, in the order of their numbers; empty where there are none. */
  readonly classes: readonly string[];
  /** Rows of each row group. */
  readonly groups: readonly number[];
}

function damaged(file: string, error: unknown): JepaError {
  if (error instanceof JepaError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new JepaError(
    'corrupt',
    `${file}: cannot be read as Parquet (${why}); it is damaged or incomplete, fetch it again`,
    { file },
    { cause: error },
  );
}

/** Refuses what is no regular file, and names what is no Parquet file. */
function requireParquet(file: string): void {
  const { fd, size } = openRegular(file);
  const head = readHead(fd, Math.min(size, KIND_BYTES));
  const kind = fileKind(head);
  if (size >= 4 && kind !== undefined && Buffer.from(head.subarray(0, 4)).toString('latin1') !== 'PAR1') {
    throw new JepaError('corrupt', `${file}: cannot be read as Parquet, it is ${kind.name}; ${kind.remedy}`, { file });
  }
}

/** The top-level columns, each with its element of the schema and the names of its fields. */
function columnsOf({
  schema,
}: FileMetaData): Map<string, { readonly element: SchemaElement; readonly fields: string[] }> {
  const columns = new Map<string, { element: SchemaElement; fields: string[] }>();
  const elementAt = (at: number): SchemaElement => {
    const element = schema[at];
    if (element === undefined) throw new Error('its schema lists more columns than it has');
    return element;
  };
  const size = (at: number): number => {
    let end = at + 1;
    for (let i = 0; i < (elementAt(at).num_children ?? 0); i++) end += size(end);
    return end - at;
  };
  for (let at = 1; at < schema.length; at += size(at)) {
    const element = elementAt(at);
    const fields: string[] = [];
    for (let i = 0, child = at + 1; i < (element.num_children ?? 0); i++) {
      fields.push(elementAt(child).name);
      child += size(child);
    }
    columns.set(element.name, { element, fields });
  }
  return columns;
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
 * The footer of a Parquet file, and which columns hold the images and the classes.
 *
 * @throws JepaError 'corrupt' when it is damaged or no Parquet file; 'usage' for an unknown column; 'data' when the column
 * holds no images or the path is no regular file; 'unsupported' above the limit `images`.
 */
export async function openParquet(file: string, options: ColumnOptions, limits: ReadLimits): Promise<ParquetFile> {
  requireParquet(file);
  try {
    return describe(file, await parquetMetadataAsync(await asyncBufferFromFile(file)), options, limits);
  } catch (error) {
    throw damaged(file, error); // also where the footer lacks what its type promises
  }
}

/** What a footer says of the columns to read. */
function describe(
  file: string,
  metadata: FileMetaData,
  { image, label }: ColumnOptions,
  limits: ReadLimits,
): ParquetFile {
  const columns = columnsOf(metadata);
  const imageColumn = image ?? IMAGE_COLUMNS.find((name) => columns.has(name));
  const imageFields = columns.get(imageColumn ?? '')?.fields;
  if (imageColumn === undefined || imageFields === undefined) {
    throw unknownName(`image column of ${file}`, imageColumn ?? IMAGE_COLUMNS.join(' or '), [...columns.keys()]);
  }
  if (!imageFields.includes('bytes')) {
    throw new JepaError(
      'data',
      `${file}: column '${imageColumn}' must hold images as {bytes, path}, its fields are ` +
        `${imageFields.join(', ') || 'none'}; name another column`,
      { file, imageColumn },
    );
  }
  const labelColumn = label === undefined ? LABEL_COLUMN : label;
  const labelElement = labelColumn === null ? undefined : columns.get(labelColumn)?.element;
  if (labelColumn !== null && labelElement === undefined) {
    throw unknownName(`label column of ${file}`, labelColumn, [...columns.keys()]);
  }
  return {
    file,
    metadata,
    imageColumn,
    labelColumn,
    named: labelElement?.type === 'BYTE_ARRAY',
    classes: classNames(metadata, labelColumn),
    groups: rowCounts(file, metadata, [`${imageColumn}.bytes`, ...(labelColumn === null ? [] : [labelColumn])], limits),
  };
}

/** The rows of each row group: as many as the columns have values, and not above the limit. */
function rowCounts(file: string, metadata: FileMetaData, columns: readonly string[], limits: ReadLimits): number[] {
  const counts = metadata.row_groups.map(({ num_rows }) => Number(num_rows));
  const wrong = counts.find((rows) => !(Number.isSafeInteger(rows) && rows >= 0));
  if (wrong !== undefined) throw damaged(file, new Error(`a row group has ${wrong} rows`));
  const rows = counts.reduce((a, b) => a + b, 0);
  requireLimit('images', limits, rows, `${file}: ${rows} rows`);
  const stated = Number(metadata.num_rows);
  if (stated !== rows) throw damaged(file, new Error(`it states ${stated} rows, its row groups have ${rows}`));
  for (const [g, group] of metadata.row_groups.entries()) {
    for (const { meta_data: column } of group.columns) {
      const path = column?.path_in_schema.join('.') ?? '';
      if (!columns.includes(path) || Number(column?.num_values) === counts[g]) continue;
      throw damaged(file, new Error(`column ${path} has ${column?.num_values} values for ${counts[g]} rows`));
    }
  }
  return counts;
}

/** Decompression that makes no more than the limit, whatever a page announces. */
function limited(limits: ReadLimits, file: string): Compressors {
  return Object.fromEntries(
    Object.entries(compressors).map(([codec, unpack]) => [
      codec,
      (input: Uint8Array, bytes: number): Uint8Array => {
        requireLimit('pageBytes', limits, bytes, `${file}: a page of ${bytes} bytes`);
        return unpack(input, bytes);
      },
    ]),
  );
}

/**
 * Rows of some columns, by column.
 *
 * @throws JepaError 'corrupt' when they cannot be read, or are not as many as the footer says.
 */
export async function readRows(
  { file, metadata }: Pick<ParquetFile, 'file' | 'metadata'>,
  columns: readonly string[],
  row: number,
  rows: number,
  limits: ReadLimits,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  let table: Record<string, unknown>[];
  try {
    requireRegular(file, statSync(file));
    table = await parquetReadObjects({
      file: await asyncBufferFromFile(file),
      metadata,
      columns: [...columns],
      rowStart: row,
      rowEnd: row + rows,
      compressors: limited(limits, file),
      utf8: false,
    });
  } catch (error) {
    throw damaged(file, error);
  }
  if (table.length !== rows) throw damaged(file, new Error(`rows ${row} to ${row + rows} are ${table.length} rows`));
  return table;
}
