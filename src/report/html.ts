// Text into HTML. Every string that comes from a file passes through `escapeHtml`.

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Replaces the five characters that have a meaning in HTML text and attributes, and by U+FFFD the control characters and
 * unpaired surrogates, which neither HTML nor the XML of an SVG file may hold.
 */
export function escapeHtml(value: string): string {
  return value
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, (c) => (/[\t\n\r]/.test(c) ? c : '\uFFFD'))
    .replace(/[&<>"']/g, (c) => ENTITIES[c]!);
}

/** JSON that may stand inside a `<script>` element. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/</g, '\\u003c');
}

/** One section of the report: a heading, a sentence that says how to read it, and its body. */
export function section(id: string, title: string, lead: string, body: string): string {
  return `<section id="${id}"><h2>${title}</h2><p class="lead">${lead}</p>${body}</section>`;
}

/** What stands in a section whose data is missing; `remedy` says what would fill it. */
export function absent(why: string, remedy: string): string {
  return `<div class="absent"><strong>${escapeHtml(why)}</strong> ${remedy}</div>`;
}
