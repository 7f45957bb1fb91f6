// `--grid path=v1,v2,...`: the values that a sweep tries for one setting, and the product of several.

import { JepaError } from '../../core/index.ts';

/** One setting and the texts of its values, as `--set` takes them. */
export interface GridAxis {
  readonly path: string;
  readonly values: readonly string[];
}

/** One choice for each axis, in the order of the axes. */
export type GridPoint = readonly { readonly path: string; readonly value: string }[];

/**
 * Reads axes. Values are separated by commas; a comma inside brackets, braces or double quotes belongs to its value. Errors:
 * `usage` for a text without `=`, an empty value, a value or a path given twice, and brackets that do not close.
 *
 * @example
 * parseGrid(['train.lr=1e-3,1e-2', 'train.decay=[0,0],[0.1,0.1]']); // two axes with two values each
 */
export function parseGrid(texts: readonly string[]): GridAxis[] {
  const axes = texts.map(parseAxis);
  const paths = axes.map(({ path }) => path);
  const twice = paths.find((path, i) => paths.indexOf(path) !== i);
  if (twice !== undefined) {
    throw new JepaError('usage', `--grid names '${twice}' twice; give all its values in one --grid`, { path: twice });
  }
  return axes;
}

function parseAxis(text: string): GridAxis {
  const cut = text.indexOf('=');
  if (cut < 1) throw new JepaError('usage', `--grid must be path=value,value,..., got '${text}'`, { text });
  const path = text.slice(0, cut);
  const values = splitValues(text.slice(cut + 1), text);
  if (values.includes('')) {
    throw new JepaError('usage', `--grid ${path} has an empty value in '${text}'; separate values by single commas`, {
      path,
    });
  }
  const twice = values.find((value, i) => values.indexOf(value) !== i);
  if (twice !== undefined) {
    throw new JepaError('usage', `--grid ${path} has the value ${twice} twice; name each once`, { path, value: twice });
  }
  return { path, values };
}

function splitValues(text: string, whole: string): string[] {
  const values = [''];
  let depth = 0;
  let quoted = false;
  for (const [i, c] of [...text].entries()) {
    if (c === '"' && text[i - 1] !== '\\') quoted = !quoted;
    if (!quoted && (c === '[' || c === '{')) depth++;
    if (!quoted && (c === ']' || c === '}')) depth--;
    if (c === ',' && depth === 0 && !quoted) values.push('');
    else values[values.length - 1] += c;
  }
  if (depth !== 0 || quoted) {
    throw new JepaError('usage', `--grid '${whole}' has a bracket or a quote that does not close`, { text: whole });
  }
  return values.map((value) => value.trim());
}

/** Every combination, the last axis fastest; one empty point without axes. */
export function gridPoints(axes: readonly GridAxis[]): GridPoint[] {
  return axes.reduce<GridPoint[]>(
    (points, { path, values }) => points.flatMap((point) => values.map((value) => [...point, { path, value }])),
    [[]],
  );
}

/** The last part of each path, or the whole path where two share the last part. */
export function shortPaths(paths: readonly string[]): string[] {
  const last = paths.map((path) => path.split('.').at(-1)!);
  return paths.map((path, i) => (last.filter((name) => name === last[i]).length > 1 ? path : last[i]!));
}
