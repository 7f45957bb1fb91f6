// How an ended process is judged.

import type { Ended } from './child.ts';
import { failed, survived, type Verdict } from './kind.ts';

/** Lines of a stack, the words of an internal fault, and what Node prints when nobody caught an error. */
const STACK = /internal fault|^\s+at .*[:(].*:\d+|^Node\.js v\d+|FATAL ERROR|UnhandledPromise/m;

/** The last words of a process, on one line. */
export function lastWords({ err, out }: Pick<Ended, 'err' | 'out'>): string {
  const text = (err.trim() || out.trim()).replace(/\s+/g, ' ');
  return text.length > 400 ? `...${text.slice(-400)}` : text || '(nothing)';
}

/** What no case may end in: a hang, a stack, a signal that nobody sent. Undefined when it ended in none of them. */
export function disaster(ended: Ended): Verdict | undefined {
  if (ended.hung) return failed('hang', `no end after ${Math.round(ended.ms)} ms: ${lastWords(ended)}`);
  if (STACK.test(ended.err) || STACK.test(ended.out)) return failed('stack', lastWords(ended));
  if (ended.signal !== null) return failed('stack', `died of ${ended.signal}: ${lastWords(ended)}`);
  if (![0, 1, 2, 130].includes(ended.code ?? -1))
    return failed('stack', `exit code ${ended.code}: ${lastWords(ended)}`);
  return undefined;
}

/** Characters that move a terminal's cursor or colour it, in what was printed. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
const ESCAPES = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u009b]/;

/** A refusal: exit code 1 or 2 and words, with every one of `names` in them. */
export function refused(ended: Ended, names: readonly (string | RegExp)[] = []): Verdict {
  const bad = disaster(ended);
  if (bad !== undefined) return bad;
  if (ended.code === 0) return failed('silent', `accepted: ${lastWords(ended)}`);
  const words = `${ended.err}\n${ended.out}`;
  if (!/^jepa: .{10}/m.test(ended.err)) return failed('unclear', `exit code ${ended.code} without words`);
  if (ESCAPES.test(ended.err)) return failed('unclear', `control characters reach the terminal: ${lastWords(ended)}`);
  for (const name of names) {
    const found = typeof name === 'string' ? words.includes(name) : name.test(words);
    if (!found) return failed('unclear', `the refusal lacks ${String(name)}: ${lastWords(ended)}`);
  }
  return survived;
}

/** Whatever may be made of an input: words or a result, without a disaster and without control characters. */
export function endured(ended: Ended): Verdict {
  const bad = disaster(ended);
  if (bad !== undefined) return bad;
  if (ended.code !== 0) return refused(ended);
  if (ESCAPES.test(ended.out) || ESCAPES.test(ended.err)) {
    return failed(
      'unclear',
      `control characters reach the terminal: ${JSON.stringify(lastWords(ended)).slice(0, 300)}`,
    );
  }
  return survived;
}
