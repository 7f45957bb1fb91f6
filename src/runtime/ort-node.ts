// ONNX Runtime in Node: `onnxruntime-node`, on the CPU unless execution providers are named. Node's modules and the native
// addon are looked up when a runtime is made, not when this file is imported, so that a browser can import the room.

import type * as Ort from 'onnxruntime-node';
import { JepaError } from '../core/index.ts';
import { ortRuntime } from './ort.ts';
import type { NodeTime, Runtime } from './runtime.ts';

/** Options of the Node runtime. */
export interface NodeRuntimeOptions {
  /** Threads inside one operator; default the machine's cores. */
  readonly threads?: number;
  /** ONNX Runtime execution providers in order of preference, e.g. ['cuda', 'cpu']; default ['cpu']. */
  readonly providers?: readonly string[];
  /** Lower to standard operators only, as for the browser. */
  readonly portable?: boolean;
}

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args?: { readonly op_name?: string };
}

function readTimes(session: Ort.InferenceSession, prefix: string): readonly NodeTime[] {
  const { readdirSync, readFileSync, rmSync } = process.getBuiltinModule('node:fs');
  session.endProfiling();
  const file = readdirSync('.').find((f) => f.startsWith(prefix));
  if (file === undefined) return [];
  const events = JSON.parse(readFileSync(file, 'utf8')) as ProfileEvent[];
  rmSync(file);
  return events
    .filter((e) => e.cat === 'Node' && e.name.endsWith('_kernel_time'))
    .map((e) => ({ node: e.name.replace(/_kernel_time$/, ''), opType: e.args?.op_name ?? '?', microseconds: e.dur }));
}

function loadOrt(): typeof Ort {
  if (typeof process === 'undefined' || process.getBuiltinModule === undefined) {
    throw new JepaError('runtime', 'nodeRuntime needs Node; in a browser give compile a webRuntime(ort)');
  }
  const { createRequire } = process.getBuiltinModule('node:module');
  return createRequire(import.meta.url)('onnxruntime-node') as typeof Ort;
}

/**
 * A runtime on this machine. Runs block the event loop while they compute.
 *
 * @throws JepaError 'runtime' outside Node.
 */
export function nodeRuntime(options: NodeRuntimeOptions = {}): Runtime {
  const ort = loadOrt();
  const { availableParallelism } = process.getBuiltinModule('node:os');
  const { threads = availableParallelism(), providers = ['cpu'] } = options;
  const portable = options.portable ?? providers[0] !== 'cpu';
  return ortRuntime(ort, {
    name: `${providers[0]} (onnxruntime-node ${ort.env.versions.node ?? '?'}, ${threads} threads)`,
    portable,
    readTimes,
    session: {
      executionProviders: [...providers],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      executionMode: 'sequential',
      // Planning memory by pattern doubles the peak: one block for a whole run, beside the arena that the first run filled.
      enableMemPattern: false,
      logSeverityLevel: 3,
      // Threads that spin while they wait starve the loader's thread, and each other on a busy machine.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    },
  });
}

let shared: Runtime | undefined;

/** The CPU runtime with default options, made once. */
export function defaultRuntime(): Runtime {
  shared ??= nodeRuntime();
  return shared;
}
