// The texts of a run folder's files as values: no file is opened here, so that a page can read a run, too.

import * as v from 'valibot';
import { JepaError, mustBe, type Schema, schemaBelow } from '../core/index.ts';
import { metricsLine, runFile } from './files.ts';
import { migrateRun } from './migrate.ts';
import type { MetricsLine, RunFile } from './schema.ts';

/** A part of the run folder, or the sentence that says why it is not there. */
export type Part<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

/** What `read` gives, or the sentence that says why the file `name` is not there. */
export function part<T>(name: string, read: () => T): Part<T> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return { ok: false, why: missing ? `This run has no ${name}.` : `${(error as Error).message}.` };
  }
}

/**
 * The value of a JSON text as its schema describes it.
 *
 * @param name the file's name, for errors
 * @throws JepaError 'corrupt' when the text is no JSON; 'data' when it is not so described, with the file and the field
 * @example
 * parseFile(planningFile, text, 'evals/planning.json').protocols.map((p) => p.name); // ['strict', 'paper']
 */
export function parseFile<T>(schema: Schema<T>, text: string, name: string): T {
  return checked(schema, json(text, name), name);
}

/** The text of a `run.json` of any version. Errors as `parseFile`. */
export function parseRun(text: string, name: string = 'run.json'): RunFile {
  return checked(runFile, migrateRun(json(text, name)), name);
}

/** One line of a metrics file. Errors as `parseFile`, with the number of the line. */
export function parseMetricsLine(text: string, line: number, name: string = 'metrics.jsonl'): MetricsLine {
  const where = `${name} line ${line}`;
  return checked(metricsLine, json(text, where), where);
}

/**
 * The lines of a metrics file. Empty lines, and half a last line, which a killed run leaves, are passed over.
 *
 * @throws JepaError 'corrupt' for a line that is no JSON, 'data' for one that is no metrics line
 */
export function parseMetrics(text: string, name: string = 'metrics.jsonl'): MetricsLine[] {
  const rows = text.split('\n');
  const torn = rows.length - 1;
  const lines: MetricsLine[] = [];
  for (const [i, row] of rows.entries()) {
    if (row.trim() === '' || (i === torn && isTorn(row))) continue;
    lines.push(parseMetricsLine(row, i + 1, name));
  }
  return lines;
}

/** Whether the text behind the last line end is half a line. */
export function isTorn(row: string): boolean {
  try {
    JSON.parse(row);
    return false;
  } catch {
    return true;
  }
}

function json(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new JepaError('corrupt', `${name} must be JSON: ${(error as Error).message}`, { name }, { cause: error });
  }
}

/** The value as its schema describes it, or an error that names the field, without what a stranger may have written there. */
function checked<T>(schema: Schema<T>, value: unknown, name: string): T {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  let at: { schema: Schema; value: unknown } = { schema, value };
  let field = '';
  for (const { key } of issue.path ?? []) {
    const below = schemaBelow(at.schema, at.value, String(key));
    if (below === undefined) break;
    at = { schema: below, value: (at.value as Readonly<Record<string, unknown>>)[String(key)] };
    field += typeof key === 'number' ? `[${key}]` : `${field === '' ? '' : '.'}${String(key)}`;
  }
  const expected = mustBe(at.schema, at.value).replace(/ or null$/, '');
  const where = field === '' ? name : `${name}: ${field}`;
  throw new JepaError('data', `${where} must be ${expected}, got ${kindOf(issue.input)}`, { name, field, expected });
}

/** What a JSON value is, in one or two words. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  return Array.isArray(value) ? `a list of ${value.length}` : typeof value;
}
