// What a strict parser of XML 1.0 (saxes) says of a text: browsers display an SVG file only when it is well-formed.

import { SaxesParser } from 'saxes';

/** The first fault of an XML document with its line and column; undefined when it is well-formed. */
export function xmlFault(text: string): string | undefined {
  let fault: string | undefined;
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    fault ??= error.message;
  });
  parser.write(text).close();
  return fault;
}

/** The `<svg>` elements of a page. */
export function svgsOf(page: string): string[] {
  return page.match(/<svg\b.*?<\/svg>/gs) ?? [];
}
