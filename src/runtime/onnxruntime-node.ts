// The one place that loads `onnxruntime-node`. Its version 1.30 reports usage to its maker unless the environment says
// ORT_DISABLE_TELEMETRY=1 when the first session is made: a device id and an event database in the user's cache folder, a
// log in the temporary folder, and uploads. Here it is off unless the user has set the variable to something else.
// A thread's `process.env` is a copy, so a worker cannot change what the native library reads: the main thread does it,
// when this file is imported.

import { JepaError } from '../core/index.ts';
import type { OrtModule } from './ort.ts';

/** The part of `onnxruntime-node` that is used here. */
export interface OnnxRuntimeNode extends OrtModule {
  readonly env: { readonly versions: { readonly node?: string } };
  /** The execution providers that it was built with; `bundled` when their libraries come with the package. */
  listSupportedBackends(): readonly { readonly name: string; readonly bundled: boolean }[];
}

/** The version that package.json pins, for the command that installs it. */
const VERSION = '1.30.0';

const VARIABLE = 'ORT_DISABLE_TELEMETRY';

/** Whether this is Node, or something that offers Node's modules without an import statement. */
function inNode(): boolean {
  return typeof process !== 'undefined' && process.getBuiltinModule !== undefined;
}

if (inNode() && process.getBuiltinModule('node:worker_threads').isMainThread) process.env[VARIABLE] ??= '1';

/** Throws outside Node. */
export function requireNode(): void {
  if (inNode()) return;
  throw new JepaError('runtime', 'this needs Node; in a browser give compile a webRuntime(ort)');
}

/** An installed package as `require` gives it, looked up from this file; undefined when it is not installed. */
export function installed(name: string): unknown {
  const { createRequire } = process.getBuiltinModule('node:module');
  const require = createRequire(import.meta.url);
  try {
    require.resolve(name);
  } catch {
    return undefined;
  }
  return require(name);
}

/**
 * The module `onnxruntime-node`, with its telemetry off.
 *
 * @throws JepaError 'runtime' outside Node, when the package is not installed or its library does not load here, and in a
 * worker thread whose environment does not say that telemetry is off.
 */
export function onnxRuntimeNode(): OnnxRuntimeNode {
  requireNode();
  if (process.env[VARIABLE] === undefined) {
    throw new JepaError(
      'runtime',
      `a worker thread cannot switch off the telemetry of onnxruntime-node: load jepa/runtime in the main thread before the worker starts, or start Node with ${VARIABLE}=1; the worker must keep that variable in its env`,
    );
  }
  let ort: unknown;
  try {
    ort = installed('onnxruntime-node');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new JepaError(
      'runtime',
      `onnxruntime-node does not load here: ${why}; it needs Linux with glibc 2.28 or newer, macOS on arm64, or Windows`,
      {},
      { cause },
    );
  }
  if (ort === undefined) {
    throw new JepaError(
      'runtime',
      `onnxruntime-node is not installed: npm install onnxruntime-node@${VERSION} --onnxruntime-node-install=skip (without the flag it also downloads CUDA libraries on Linux x64)`,
    );
  }
  return ort as OnnxRuntimeNode;
}
