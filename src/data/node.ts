// The second door of the room: what reads and writes files, asks the network for them, or starts workers.

export { ioError, systemCode, writeFileAtomic } from './atomic.ts';
export { cacheFolder } from './cache-folder.ts';
export { type FileIdentity, fileIdentity } from './file-identity.ts';
export { KIND_BYTES } from './file-kind.ts';
export { compareDataset, type DatasetChange, type DatasetFingerprint, datasetFingerprint } from './fingerprint.ts';
export type { EpisodeAppender, EpisodeFormat, EpisodeLocation, EpisodeReader, FormatModule } from './formats/format.ts';
export {
  createEpisodes,
  detectFormat,
  locateEpisodes,
  openEpisodes,
  registerFormat,
} from './formats/registry.ts';
export { readSafetensors, writeSafetensors } from './formats/safetensors-file.ts';
export { checkpointCache, type FetchedFile, type FetchOptions, fetchCheckpoint, fetchFiles } from './hub.ts';
export type { LoaderPart, WindowLoaderOptions } from './loader/plan.ts';
export { type RingWork, serveRing } from './loader/ring.ts';
export type { LoaderStats } from './loader/slots.ts';
export { type Filler, type LoaderThreads, slotSource, workerUrl } from './loader/slots.ts';
export { type Batch, type WindowLoader, windowLoader } from './loader/window-loader.ts';
export { openRegular, readHead, readRegular, readText, requireFile, requireRegular } from './regular-file.ts';
export { isTemporary, removeStaleFiles } from './stale-files.ts';
export { describeStore, type EpisodeStore, openStore, type StoreDescription } from './store/reader.ts';
export { createStore, resumeStore, type StoreOptions, type StoreWriter } from './store/writer.ts';
export { libraryVersion } from './version.ts';
