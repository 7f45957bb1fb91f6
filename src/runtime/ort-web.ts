// ONNX Runtime in a browser tab: `onnxruntime-web`, given by the page so that this package does not bundle it.

import { type OrtModule, ortRuntime } from './ort.ts';
import type { Runtime } from './runtime.ts';

/** Where the browser computes. */
export type WebDevice = 'wasm' | 'webgpu';

/**
 * A runtime in the browser.
 *
 * @example
 * import * as ort from 'onnxruntime-web';
 * const runtime = webRuntime(ort, 'wasm');
 */
export function webRuntime(ort: OrtModule, device: WebDevice = 'wasm'): Runtime {
  return ortRuntime(ort, {
    name: `${device} (onnxruntime-web)`,
    portable: true,
    session: { executionProviders: [device], graphOptimizationLevel: 'all', logSeverityLevel: 3 },
  });
}
