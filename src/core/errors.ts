// The one error type that users see, and the "did you mean" that goes with unknown names.

/** Codes say who must act: `usage` and `shape` are mistakes of the caller, the others name what failed. */
export type ErrorCode =
  | 'usage'
  | 'shape'
  | 'data'
  | 'corrupt'
  | 'checkpoint'
  | 'numeric'
  | 'io'
  | 'runtime'
  | 'unsupported';

/** Details are printed in `--json` mode and are for programs; the message is for people. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * An error whose message says what must hold, what was got, where, and what to do.
 *
 * @example
 * throw new JepaError('shape', 'predict: actions must be [B, T, A] with A = 2, got [32, 16, 3]; check frameSkip', { got });
 */
export class JepaError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JepaError';
    this.code = code;
    this.details = details;
  }
}

/** Levenshtein distance between two strings, in single-character edits. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, substitution));
    }
    previous = row;
  }
  return previous[b.length]!;
}

/** The candidate nearest to `name` by edit distance, or undefined when none is within half of the name's length. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 2)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** A `usage` error for an unknown name, which lists the known ones and suggests the nearest. */
export function unknownName(what: string, name: string, known: readonly string[]): JepaError {
  const guess = nearest(name, known);
  const hint = guess === undefined ? ';' : `; did you mean '${guess}'?`;
  return new JepaError('usage', `unknown ${what} '${name}'${hint} known: ${known.join(', ')}`, {
    what,
    name,
    known,
    guess,
  });
}
