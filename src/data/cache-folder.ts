// Where jepa keeps what it can make or fetch again.

import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The folder for downloads and decoded images: the variable JEPA_CACHE, else `jepa` in the folder of the variable
 * XDG_CACHE_HOME, else ~/.cache/jepa. It can be deleted at any time.
 */
export function cacheFolder(): string {
  const { JEPA_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  if (own !== undefined && own !== '') return own;
  return join(shared !== undefined && shared !== '' ? shared : join(homedir(), '.cache'), 'jepa');
}
