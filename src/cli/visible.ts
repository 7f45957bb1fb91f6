// Text for a terminal. Names in files that others made may hold characters that move the cursor, colour the screen or set
// its title; they are shown, not obeyed.

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** The text with every control character but tab and newline written as `\uXXXX`, which in JSON stands for the same. */
export function visible(text: string): string {
  return text.replace(CONTROL, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
