// Tables for people.

/** Rows of cells as aligned columns: the first to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((w, row) => row.map((cell, i) => Math.max(w[i] ?? 0, cell.length)), []);
  return rows
    .map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Milliseconds from seconds, with three significant digits and the unit. */
export function ms(seconds: number): string {
  const value = seconds * 1000;
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ms`;
}

/** Mebibytes from bytes. */
export function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

/** A share as percent. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 2 : 1)} %`;
}
