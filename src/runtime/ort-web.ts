// ONNX Runtime in a browser tab: `onnxruntime-web`, given by the page so that this package does not bundle it.

import { type OrtModule, ortRuntime } from './ort.ts';
import type { Runtime } from './runtime.ts';

/** Where the browser computes. */
export type WebDevice = 'wasm' | 'webgpu';

/**
 * A runtime in the browser. For WebGPU give it `onnxruntime-web/webgpu`: in version 1.30 the kernels of the default
 * entry compute some operations wrongly (abs, maximum, running sums, transposed convolutions) without an error.
 *
 * Threads are the page's affair: set `ort.env.wasm.numThreads` before the first model is loaded. More than one needs a
 * page that is cross-origin isolated.
 *
 * @example
 * import * as ort from 'onnxruntime-web/webgpu';
 * const runtime = webRuntime(ort, 'webgpu');
 */
export function webRuntime(ort: OrtModule, device: WebDevice = 'wasm'): Runtime {
  return ortRuntime(ort, {
    name: `${device} (onnxruntime-web)`,
    describe: () => ({
      name: 'onnxruntime-web',
      version: ort.env?.versions.web,
      device,
      threads: ort.env?.wasm?.numThreads,
    }),
    portable: true,
    // It answers with the tensors that it was given and leaves them as they were.
    fillsOutputs: false,
    session: { executionProviders: [device], graphOptimizationLevel: 'all', logSeverityLevel: 3 },
  });
}
