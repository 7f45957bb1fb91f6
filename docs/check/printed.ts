// What a block says that it prints: the comments behind `console.log(...)`, in order.

/** For each `console.log` that begins a line, the comment behind it, if there is one. */
export function claimsOf(text: string): (string | undefined)[] {
  return [...text.matchAll(/^console\.log\(.*?\);(?:\s*\/\/ (.*))?$/gm)].map((m) => m[1]?.trim());
}

/** Whether a printed line says what a comment says: the same words, and numbers that agree in the digits that are written. */
export function sameText(printed: string, claim: string): boolean {
  const said = parts(claim);
  const got = parts(printed);
  return said.length === got.length && said.every((word, i) => sameWord(got[i]!, word));
}

/** Words and numbers; brackets, commas and the names of typed arrays count for nothing. */
function parts(text: string): string[] {
  return text.replace(/\w+Array\(\d+\)/g, '').match(/-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[^\s,[\]{}'"]+/g) ?? [];
}

function sameWord(got: string, said: string): boolean {
  if (Number.isNaN(Number(said))) return got === said;
  const digits = said.split('.')[1]?.length ?? 0;
  return Math.abs(Number(got) - Number(said)) <= 0.5 * 10 ** -digits + 1e-12;
}
