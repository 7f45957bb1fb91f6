// Names that stand twice in one object of a JSON text: JSON.parse keeps the last and says nothing.

/** The place behind the string that begins at `at`. */
function stringEnd(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); ; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return end + 1;
  }
}

/**
 * The first name that an object of `text`, at any depth, has twice; undefined when there is none. Two spellings of one name
 * (`c` and `\u0063`) are one name.
 *
 * @param text JSON that `JSON.parse` has accepted
 *
 * @example
 * twinKey('{"a": 1, "b": {"c": 2, "c": 3}}'); // => c
 */
export function twinKey(text: string): string | undefined {
  /** The names of each open object; null for an open list. */
  const open: (Set<string> | null)[] = [];
  let last = '';
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    if (c === '{') open.push(new Set());
    else if (c === '[') open.push(null);
    else if (c === '}' || c === ']') open.pop();
    else if (c === '"') {
      const end = stringEnd(text, at);
      last = text.slice(at, end);
      at = end - 1;
    } else if (c === ':') {
      // In text that parses, a colon outside strings follows a name.
      const name: string = last.includes('\\') ? JSON.parse(last) : last.slice(1, -1);
      const names = open.at(-1);
      if (names?.has(name) === true) return name;
      names?.add(name);
    }
  }
  return undefined;
}
