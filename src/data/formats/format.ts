// What a format of recorded episodes is: how it is recognised, opened, and perhaps written. One file holds one format.

import type { ColumnArray, DatasetSpec, EpisodeData, EpisodeSource } from '../episode.ts';

/** Where a format of your own is found: the URL of a module, and the name under which it exports the format. */
export interface FormatModule {
  readonly url: string;
  readonly export: string;
}

/**
 * Where episodes lie and in which format: plain data, which is posted to the threads of a loader as it is. `options` are
 * the format's own.
 */
export interface EpisodeLocation {
  readonly format: string;
  readonly path: string;
  readonly options?: Readonly<Record<string, unknown>>;
  /** Set for a format that is not of this package; `locateEpisodes` sets it for those that were registered. */
  readonly module?: FormatModule;
}

/** Episodes open for reading. It obeys the laws of `EpisodeSource`, may hold open files, and is closed when done. */
export interface EpisodeReader extends EpisodeSource {
  /** Version of the library that wrote it, where the format says. */
  readonly library?: string;
  /**
   * One column of one whole episode, into `out` when given, its checksum verified now. Without it `read` is used.
   *
   * @throws JepaError 'corrupt' when it does not match
   */
  readEpisode?(column: string, episode: number, out?: ColumnArray): ColumnArray;
  /** The CRC-32 of the bytes of one column of an episode, where it is known without reading them. */
  episodeCrc?(column: string, episode: number): number;
  close(): void;
}

/** Episodes open for appending. */
export interface EpisodeAppender {
  /** Adds one episode and returns its index. Errors: those of `checkEpisode`, before anything is written; `io`. */
  append(episode: EpisodeData): number;
  close(): void;
}

/** A format of recorded episodes. */
export interface EpisodeFormat {
  /** Names the format in an `EpisodeLocation`. */
  readonly name: string;
  /** What is found at a path of this format, for messages: `a folder with dataset.json`. */
  readonly about: string;
  /** Whether what lies at `path`, which exists, is of this format, told cheaply. */
  detect(path: string): boolean;
  /** Opens the episodes. It must work in any thread from `location` alone. */
  open(location: EpisodeLocation): EpisodeReader;
  /** Makes a new, empty dataset. Absent in formats that are only read. */
  create?(location: EpisodeLocation, spec: DatasetSpec): EpisodeAppender;
}
