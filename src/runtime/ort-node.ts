// ONNX Runtime in Node: `onnxruntime-node`, on the CPU unless execution providers are named. Node's modules and the native
// addon are looked up when a runtime is made, not when this file is imported, so that a browser can import the room.

import { JepaError } from '../core/index.ts';
import { onnxRuntimeNode } from './onnxruntime-node.ts';
import { type OrtSession, ortRuntime } from './ort.ts';
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
  readonly args?: { readonly op_name?: string; readonly provider?: string };
}

function readTimes(session: OrtSession, prefix: string): readonly NodeTime[] {
  const { readdirSync, readFileSync, rmSync } = process.getBuiltinModule('node:fs');
  session.endProfiling();
  const file = readdirSync('.').find((f) => f.startsWith(prefix));
  if (file === undefined) return [];
  const events = JSON.parse(readFileSync(file, 'utf8')) as ProfileEvent[];
  rmSync(file);
  return events
    .filter((e) => e.cat === 'Node' && e.name.endsWith('_kernel_time'))
    .map((e) => ({
      node: e.name.replace(/_kernel_time$/, ''),
      opType: e.args?.op_name ?? '?',
      microseconds: e.dur,
      provider: e.args?.provider ?? '?',
    }));
}

/**
 * A runtime on this machine. Runs block the event loop while they compute. `runtimeFor` also tries whether a device works.
 *
 * @throws JepaError 'runtime' outside Node and where onnxruntime-node is missing or does not load, 'usage' for a provider
 * that it was not built with.
 */
export function nodeRuntime(options: NodeRuntimeOptions = {}): Runtime {
  const ort = onnxRuntimeNode();
  const { availableParallelism } = process.getBuiltinModule('node:os');
  const { threads = availableParallelism(), providers = ['cpu'] } = options;
  const built = ort.listSupportedBackends().map((backend) => backend.name);
  const unknown = providers.filter((name) => !built.includes(name));
  if (unknown.length > 0 || providers.length === 0) {
    // ONNX Runtime drops a provider that it does not know when there is another one.
    throw new JepaError(
      'usage',
      `nodeRuntime: providers must be of those that onnxruntime-node was built with here (${built.join(', ')}), got ${providers.join(', ') || 'none'}`,
      { providers, built },
    );
  }
  const version = ort.env.versions.node;
  const portable = options.portable ?? providers[0] !== 'cpu';
  return ortRuntime(ort, {
    name: `${providers[0]} (onnxruntime-node ${version ?? '?'}, ${threads} threads)`,
    describe: () => ({ name: 'onnxruntime-node', version, device: providers[0]!, threads }),
    fillsOutputs: true,
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
