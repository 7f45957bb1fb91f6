// The version of this library, for the headers of what it writes.

import { createRequire } from 'node:module';

/** The version in the package's own package.json, found by the package's name so that sources and build agree. */
export function libraryVersion(): string {
  const manifest: { readonly version?: unknown } = createRequire(import.meta.url)('jepa/package.json');
  return String(manifest.version);
}
