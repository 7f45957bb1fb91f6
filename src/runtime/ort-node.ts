// ONNX Runtime in Node: `onnxruntime-node`, on the CPU unless execution providers are named.

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
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

function readTimes(session: ort.InferenceSession, prefix: string): readonly NodeTime[] {
  session.endProfiling();
  const file = readdirSync('.').find((f) => f.startsWith(prefix));
  if (file === undefined) return [];
  const events = JSON.parse(readFileSync(file, 'utf8')) as ProfileEvent[];
  rmSync(file);
  return events
    .filter((e) => e.cat === 'Node' && e.name.endsWith('_kernel_time'))
    .map((e) => ({ node: e.name.replace(/_kernel_time$/, ''), opType: e.args?.op_name ?? '?', microseconds: e.dur }));
}

/** A runtime on this machine. Runs block the event loop while they compute. */
export function nodeRuntime(options: NodeRuntimeOptions = {}): Runtime {
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
    },
  });
}

let shared: Runtime | undefined;

/** The CPU runtime with default options, made once. */
export function defaultRuntime(): Runtime {
  shared ??= nodeRuntime();
  return shared;
}
