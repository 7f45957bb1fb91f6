// The shell of every page: style and script inside, no network, no other file.

import { clientScript } from './client.ts';
import { escapeHtml } from './html.ts';
import { styleSheet } from './style.ts';

/** A self-contained page with the report's style and its script (theme, values under the pointer). `body` is HTML. */
export function htmlPage(title: string, body: string): string {
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">` +
    `<title>${escapeHtml(title)} · jepa</title><style>${styleSheet}</style></head><body><main>${body}` +
    `</main><script>${clientScript}</script></body></html>\n`
  );
}
