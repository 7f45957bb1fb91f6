// Which formats there are, and how a path becomes episodes: `openEpisodes` recognises the format or is told it.
//
// A format of your own is named by the URL of a module and an export of it, because threads share no functions: each
// thread of a loader imports the module itself.

import { existsSync } from 'node:fs';
import { JepaError, unknownName } from '../../core/index.ts';
import type { DatasetSpec } from '../episode.ts';
import type { EpisodeAppender, EpisodeFormat, EpisodeLocation, EpisodeReader, FormatModule } from './format.ts';
import { npz } from './npz.ts';
import { ownStore } from './own-store.ts';

interface Registered {
  readonly format: EpisodeFormat;
  /** Undefined for the formats of this package. */
  readonly module?: FormatModule;
}

const formats = new Map<string, Registered>([ownStore, npz].map((format) => [format.name, { format }]));

/** The names of the formats that are known in this thread. */
export function formatNames(): readonly string[] {
  return [...formats.keys()];
}

function isFormat(value: unknown): value is EpisodeFormat {
  if (typeof value !== 'object' || value === null) return false;
  const { name, about, detect, open }: Partial<EpisodeFormat> = value;
  const texts = typeof name === 'string' && name !== '' && typeof about === 'string';
  return texts && typeof detect === 'function' && typeof open === 'function';
}

/**
 * Makes a format of your own known: imports the module at `url` and takes its export. `openEpisodes` then recognises its
 * files, and a loader's threads import the module themselves. The module is JavaScript, or TypeScript where Node runs it
 * (from 22.18).
 *
 * @param url absolute, such as `new URL('./my-format.js', import.meta.url)`
 * @param exported the name of the export
 *
 * @throws JepaError 'usage' when the module cannot be imported, the export is no format, or the name is taken
 *
 * @example
 * await registerFormat(new URL('./my-format.js', import.meta.url), 'myFormat');
 * const source = openEpisodes('data/mine');
 */
export async function registerFormat(url: URL | string, exported = 'default'): Promise<EpisodeFormat> {
  const module: FormatModule = { url: String(url), export: exported };
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = await import(module.url);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new JepaError(
      'usage',
      `registerFormat: the module ${module.url} cannot be imported: ${reason}; give an absolute URL of a module that this Node can run`,
      { ...module },
      { cause: error },
    );
  }
  const format = exports[exported];
  if (!isFormat(format)) {
    throw new JepaError(
      'usage',
      `registerFormat: export '${exported}' of ${module.url} must be a format { name, about, detect, open }, the module ` +
        `exports ${Object.keys(exports).join(', ') || 'nothing'}`,
      { ...module },
    );
  }
  const before = formats.get(format.name);
  if (before !== undefined && (before.module?.url !== module.url || before.module.export !== exported)) {
    throw new JepaError(
      'usage',
      `registerFormat: '${format.name}' is already the name of a format (${before.module?.url ?? 'of this package'}); choose another`,
      { ...module, name: format.name },
    );
  }
  formats.set(format.name, { format, module });
  return format;
}

/** Imports the format of a location in this thread, when it is not known in it. Errors: those of `registerFormat`. */
export async function loadFormat({ format, module }: EpisodeLocation): Promise<void> {
  if (module === undefined || formats.has(format)) return;
  await registerFormat(module.url, module.export);
}

/** The format that recognises what lies at `path`, or undefined. Errors: `usage` when several do. */
export function detectFormat(path: string): EpisodeFormat | undefined {
  if (!existsSync(path)) return undefined;
  const found = [...formats.values()].filter(({ format }) => format.detect(path)).map(({ format }) => format);
  if (found.length <= 1) return found[0];
  const names = found.map(({ name }) => name);
  throw new JepaError('usage', `${path} looks like ${names.join(' and like ')}; say which by { format, path }`, {
    path,
    formats: names,
  });
}

function registered(name: string): Registered {
  const found = formats.get(name);
  if (found !== undefined) return found;
  throw unknownName('format of episodes', name, formatNames());
}

/**
 * The location of episodes: of a path its format is recognised, a location is checked and completed.
 *
 * @throws JepaError 'data' when nothing is at the path or no format recognises it; 'usage' for an unknown format, or
 * options that cannot be sent to a thread
 */
export function locateEpisodes(source: string | EpisodeLocation): EpisodeLocation {
  const location: EpisodeLocation = typeof source === 'string' ? { format: '', path: source } : source;
  const { path, options } = location;
  if (!existsSync(path))
    throw new JepaError('data', `no episodes at ${path}: it does not exist; check the path`, { path });
  let { format } = location;
  if (typeof source === 'string') {
    const detected = detectFormat(path);
    if (detected === undefined) {
      const known = [...formats.values()].map((f) => `${f.format.about} (${f.format.name})`).join(', ');
      throw new JepaError(
        'data',
        `${path} is not a dataset of a known format: ${known}; check the path, or register its format`,
        {
          path,
        },
      );
    }
    format = detected.name;
  }
  const { module } = registered(format);
  try {
    structuredClone(options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `${format}: the options of a location must be plain data, which can be sent to a thread: ${reason}`;
    throw new JepaError('usage', message, { path }, { cause: error });
  }
  return { format, path, ...(options === undefined ? {} : { options }), ...(module === undefined ? {} : { module }) };
}

/**
 * Opens episodes of any known format: our store, an NPZ file, or a format of your own that was registered.
 *
 * @param source a path, whose format is recognised, or a location
 *
 * @throws JepaError those of `locateEpisodes` and of the format's `open`
 *
 * @example
 * const source = openEpisodes('data/two-room');
 * const maze = openEpisodes({ format: 'npz', path: 'maze.npz', options: { columns: { pixels: 'observations', action: 'actions' } } });
 */
export function openEpisodes(source: string | EpisodeLocation): EpisodeReader {
  const location = locateEpisodes(source);
  return registered(location.format).format.open(location);
}

/**
 * Makes a new, empty dataset in a format that can be written.
 *
 * @throws JepaError 'usage' for an unknown format, 'unsupported' for one that is only read, and those of the format
 */
export function createEpisodes(location: EpisodeLocation, spec: DatasetSpec): EpisodeAppender {
  const { format } = registered(location.format);
  if (format.create !== undefined) return format.create(location, spec);
  throw new JepaError('unsupported', `format ${format.name} is only read; write 'jepa-episodes' or 'npz'`, {
    format: format.name,
  });
}
