// Text from files and arguments on a terminal: a name may hold escape sequences, which would move the cursor, change colours
// or hide text.

// Control characters (C0, DEL, C1), what turns the direction of text, and the line separators of Unicode.
const UNSAFE = /[\p{Cc}\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu;

/** `text` with every control character as `\u001b`: what may stand in one cell of a table. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (c) => `\\u${c.codePointAt(0)!.toString(16).padStart(4, '0')}`);
}

/** The same for text of several lines: line feeds and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(UNSAFE, (c) => (c === '\n' || c === '\t' ? c : printable(c)));
}
