// The kinds of faults, in the order of the table.

import { corruption } from './corruption.ts';
import { errors } from './errors.ts';
import { hostile } from './hostile.ts';
import { hub } from './hub.ts';
import { kills } from './kills.ts';
import type { Kind } from './kind.ts';
import { processes } from './processes.ts';
import { settings } from './settings.ts';
import { worlds } from './worlds.ts';

export const kinds: readonly Kind[] = [kills, errors, corruption, hostile, processes, settings, worlds, hub];
