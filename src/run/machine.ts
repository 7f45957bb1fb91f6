// The computer and the versions that a run records.

import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import type { MachineRecord } from './schema.ts';

const require = createRequire(import.meta.url);

/** The version of an installed package, or undefined. */
export function packageVersion(name: string): string | undefined {
  try {
    const manifest: { readonly version?: unknown } = require(`${name}/package.json`);
    return String(manifest.version);
  } catch {
    return undefined;
  }
}

/** The version of this package. */
export function ownVersion(): string {
  return packageVersion('jepa') ?? 'unknown';
}

/** This computer. */
export function machineRecord(): MachineRecord {
  return {
    cpu: cpus()[0]?.model.trim() || 'unknown processor',
    cores: availableParallelism(),
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    platform: `${platform()} ${arch()}`,
    release: release(),
  };
}

/** Versions of what computes the numbers. */
export function versionRecord(): Record<string, string> {
  const runtime = packageVersion('onnxruntime-node');
  return {
    jepa: ownVersion(),
    node: process.versions.node,
    ...(runtime === undefined ? {} : { onnxruntime: runtime }),
  };
}
