// Episodes in an NPZ file, as `numpy.savez` writes it: one array per column, the rows of all episodes one after another,
// and the array `episode_lengths`. Row t of `action` is the action taken from the observation of row t.
//
//   numpy.savez('maze.npz', pixels=u8[N, H, W, 3], action=f32[N, A], episode_lengths=[...])   # lengths sum to N
//
// What an array of numbers holds is read into memory; images of files that are not compressed are read where they lie. The
// checksum of an array is verified before its first rows are given out.

import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { JepaError, unknownName } from '../../core/index.ts';
import { writeFileAtomic } from '../atomic.ts';
import { checkEpisode, checkFinite } from '../check-episode.ts';
import {
  asBytes,
  type Column,
  type ColumnArray,
  checkRows,
  checkSpec,
  columnArray,
  columnOf,
  type DatasetSpec,
  type EpisodeSpan,
  outputFor,
  rowBytes,
  rowSize,
} from '../episode.ts';
import { type Archive, openArchive } from './archive.ts';
import type { EpisodeAppender, EpisodeFormat, EpisodeLocation, EpisodeReader } from './format.ts';
import { NPY_HEADER_BYTES, type NpyHeader, npyHeader, npyHeaderBytes } from './npy.ts';
import { checkFormatOptions } from './options.ts';
import { memberStart, type ZipMember, zipStored } from './zip.ts';

/** The options of an NPZ location. */
interface NpzOptions {
  /** Name of the environment (default: the spec inside the file, else the file's name without ending). */
  readonly env?: string;
  /** Per column of the dataset the array that holds it (default: every array but the lengths, under its own name). */
  readonly columns?: Readonly<Record<string, string>>;
  /** The array of episode lengths (default `episode_lengths`). */
  readonly lengths?: string;
}

const LENGTHS = 'episode_lengths';
/** Written by us beside the arrays, so that nothing of the spec is lost; numpy shows it as bytes. */
const SPEC = 'spec.json';

/** An array of the file. */
interface NpzArray extends NpyHeader {
  readonly member: ZipMember;
}

function optionsOf(location: EpisodeLocation): NpzOptions {
  checkFormatOptions(location, ['env', 'columns', 'lengths']);
  const { env, columns, lengths } = location.options ?? {};
  const texts = [env, lengths, ...Object.values(columns ?? {})].filter((value) => value !== undefined);
  if (texts.every((value) => typeof value === 'string')) return location.options ?? {};
  const message = `npz: env, lengths and the arrays of columns must be names, got ${JSON.stringify(location.options)}`;
  throw new JepaError('usage', message, { options: location.options });
}

function arraysOf(path: string, { members, read, content }: Archive): Map<string, NpzArray> {
  const arrays = new Map<string, NpzArray>();
  for (const [name, member] of members) {
    if (!name.endsWith('.npy')) continue;
    const start =
      member.method === 0
        ? read(memberStart(path, member, read), Math.min(member.bytes, NPY_HEADER_BYTES))
        : content(member);
    arrays.set(name.slice(0, -4), { ...npyHeader(`${path}/${name}`, start), member });
  }
  return arrays;
}

function lengthsOf(path: string, array: NpzArray | undefined, name: string, archive: Archive): number[] {
  if (array === undefined || array.shape.length !== 1 || (array.dtype !== 'i32' && array.dtype !== 'i64')) {
    throw new JepaError(
      'data',
      `${path}: the rows of each episode must stand in an integer array '${name}' of one dimension; add it, or name ` +
        'another by the option lengths',
      { path, lengths: name },
    );
  }
  const bytes = archive.content(array.member);
  const count = array.shape[0]!;
  const step = array.dtype === 'i64' ? 8 : 4;
  const at = (i: number): number =>
    step === 8 ? Number(bytes.readBigInt64LE(array.dataAt + 8 * i)) : bytes.readInt32LE(array.dataAt + 4 * i);
  const lengths = Array.from({ length: count }, (_, i) => at(i));
  const wrong = lengths.findIndex((length) => !Number.isSafeInteger(length) || length < 1);
  if (wrong >= 0 || count === 0) {
    const got = count === 0 ? 'no episodes' : `${lengths[wrong]} for episode ${wrong}`;
    throw new JepaError('data', `${path}: '${name}' must hold at least 1 row for each episode, got ${got}`, { path });
  }
  return lengths;
}

function parseSpec(path: string, text: string): Partial<DatasetSpec> {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new JepaError('corrupt', `${path}: ${SPEC} is not JSON; write the file again`, { path }, { cause: error });
  }
}

/** The spec: as it stands in the file, with the columns and the name that the options give. */
function specOf(
  path: string,
  options: NpzOptions,
  arrays: ReadonlyMap<string, NpzArray>,
  archive: Archive,
): DatasetSpec {
  const { lengths = LENGTHS, columns } = options;
  const written = archive.members.get(SPEC);
  const inside = written === undefined ? {} : parseSpec(path, archive.content(written).toString('utf8'));
  const names = columns ?? Object.fromEntries([...arrays.keys()].filter((n) => n !== lengths).map((n) => [n, n]));
  const described = Object.entries(names).map(([name, from]): Column => {
    const array = arrays.get(from);
    if (array === undefined) throw unknownName(`array of ${path}`, from, [...arrays.keys()]);
    const { dtype, shape } = array;
    if (dtype === 'i64') {
      throw new JepaError('unsupported', `${path}: column '${name}' is int64; write it as int32 or float32`, { name });
    }
    return { name, dtype, shape: shape.slice(1) };
  });
  // The order of the file's own spec, which that of a ZIP directory need not be.
  const order = (inside.columns ?? []).map((c) => c.name);
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  described.sort((a, b) => rank(a.name) - rank(b.name));
  const env = options.env ?? inside.env ?? basename(path, extname(path));
  const spec: DatasetSpec = { ...inside, env, columns: described };
  checkSpec(spec);
  return spec;
}

function openNpz(location: EpisodeLocation): EpisodeReader {
  const { path } = location;
  const options = optionsOf(location);
  const archive = openArchive(path);
  try {
    const arrays = arraysOf(path, archive);
    const { lengths: lengthsName = LENGTHS } = options;
    const lengths = lengthsOf(path, arrays.get(lengthsName), lengthsName, archive);
    const spec = specOf(path, options, arrays, archive);
    const episodes: EpisodeSpan[] = [];
    let rows = 0;
    for (const length of lengths) {
      episodes.push({ row: rows, length });
      rows += length;
    }
    const arrayOf = (name: string): NpzArray => arrays.get(options.columns?.[name] ?? name)!;
    for (const column of spec.columns) {
      const { shape, member, dataAt } = arrayOf(column.name);
      if (shape[0] !== rows || member.bytes !== dataAt + rows * rowBytes(column)) {
        throw new JepaError(
          'data',
          `${path}: column '${column.name}' must have ${rows} rows, the sum of '${lengthsName}', got shape [${shape}]; ` +
            'leave it out by the option columns if it is none',
          { column: column.name, rows },
        );
      }
    }

    const loaded = new Map<string, ColumnArray>();
    const verified = new Set<string>();
    /** The whole column in memory, checked. */
    const whole = (column: Column): ColumnArray => {
      const before = loaded.get(column.name);
      if (before !== undefined) return before;
      const { member, dataAt } = arrayOf(column.name);
      const all = columnArray(column, rows);
      asBytes(all).set(archive.content(member).subarray(dataAt));
      if (all instanceof Float32Array) {
        const size = rowSize(column);
        for (const [i, { row, length }] of episodes.entries()) {
          checkFinite(column, all.subarray(row * size, (row + length) * size), i, path);
        }
      }
      loaded.set(column.name, all);
      return all;
    };

    return {
      spec,
      episodes,
      rows,
      read(name, row, count, out) {
        const column = columnOf(spec, name);
        checkRows({ rows }, name, row, count);
        const target = outputFor(column, count, out);
        const { member, dataAt } = arrayOf(name);
        if (column.dtype === 'f32' || member.method !== 0) {
          const size = rowSize(column);
          target.set(whole(column).subarray(row * size, (row + count) * size));
          return target;
        }
        if (!verified.has(name)) archive.verify(member);
        verified.add(name);
        archive.fill(asBytes(target), memberStart(path, member, archive.read) + dataAt + row * rowBytes(column));
        return target;
      },
      close: archive.close,
    };
  } catch (error) {
    archive.close();
    throw error;
  }
}

/** Collects episodes in memory and writes the file on closing, whole or not at all. */
function createNpz(location: EpisodeLocation, spec: DatasetSpec): EpisodeAppender {
  checkFormatOptions(location, []);
  checkSpec(spec);
  const { path } = location;
  if (existsSync(path)) throw new JepaError('usage', `${path} is there already; choose another name`, { path });
  const parts = new Map(spec.columns.map(({ name }): [string, Uint8Array[]] => [name, []]));
  const lengths: number[] = [];
  let closed = false;
  return {
    append(episode) {
      if (closed) throw new JepaError('usage', `${path} is written; it cannot be appended to`, { path });
      const length = checkEpisode(spec, episode, lengths.length);
      for (const [name, list] of parts) list.push(asBytes(episode[name]!).slice());
      return lengths.push(length) - 1;
    },
    close() {
      if (closed) return;
      closed = true;
      const rows = lengths.reduce((sum, length) => sum + length, 0);
      const members = spec.columns.map(({ name, dtype, shape }): [string, Uint8Array] => {
        const header = npyHeaderBytes(dtype, [rows, ...shape]);
        return [`${name}.npy`, Buffer.concat([header, ...parts.get(name)!])];
      });
      const counts = Buffer.concat([npyHeaderBytes('i32', [lengths.length]), asBytes(Int32Array.from(lengths))]);
      members.push([`${LENGTHS}.npy`, counts], [SPEC, new TextEncoder().encode(JSON.stringify(spec))]);
      writeFileAtomic(path, zipStored(path, members));
    },
  };
}

/** Whether the file at `path` starts as a ZIP archive and is called an NPZ file. */
function detect(path: string): boolean {
  if (extname(path) !== '.npz' || !statSync(path).isFile()) return false;
  const fd = openSync(path, 'r');
  try {
    const start = Buffer.alloc(4);
    readSync(fd, start, 0, 4, 0);
    return start.toString('latin1') === 'PK\x03\x04';
  } finally {
    closeSync(fd);
  }
}

/** `npz`: one array per column and `episode_lengths`. Options: `env`, `columns`, `lengths`. */
export const npz: EpisodeFormat = {
  name: 'npz',
  about: 'a file of numpy.savez (.npz)',
  detect,
  open: openNpz,
  create: createNpz,
};
