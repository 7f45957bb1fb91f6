// The checks of `jepa doctor`.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { machineRecord, ownVersion, packageVersion } from '../run/node.ts';
import { onnxRuntimeNode } from '../runtime/index.ts';

/** The result of one check. `needed`: jepa cannot work without it. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly needed: boolean;
  readonly detail: string;
  readonly remedy?: string;
}

const GIB = 2 ** 30;
const NODE_FLOOR: readonly [number, number] = [20, 19];
const MEMORY_GIB = 2;
const DISK_GIB = 2;
const PYTHON_TIMEOUT_MS = 60_000;

/** Runs all checks; `folder` is where runs will be written. */
export async function findings(folder: string): Promise<Finding[]> {
  return [
    { name: 'jepa', ok: true, needed: true, detail: ownVersion() },
    node(),
    await onnxRuntime(),
    processor(),
    memory(),
    disk(folder),
    temporary(),
    await workers(),
    await torch(),
  ];
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor >= NODE_FLOOR[1]);
  const remedy = ok ? {} : { remedy: `install Node ${NODE_FLOOR.join('.')} or newer (https://nodejs.org)` };
  return { name: 'node', ok, needed: true, detail: process.versions.node, ...remedy };
}

async function onnxRuntime(): Promise<Finding> {
  const name = 'onnxruntime';
  try {
    const providers = onnxRuntimeNode()
      .listSupportedBackends()
      .map((b) => b.name);
    const detail = `${packageVersion('onnxruntime-node') ?? 'unknown version'}, execution providers built in: ${providers.join(', ')}`;
    return { name, ok: true, needed: true, detail };
  } catch (error) {
    return { name, ok: false, needed: true, detail: firstLine(error) }; // which says what to do
  }
}

function processor(): Finding {
  const { cpu, cores, platform } = machineRecord();
  return { name: 'processor', ok: true, needed: true, detail: `${cpu}, ${cores} cores, ${platform}` };
}

function memory(): Finding {
  const total = machineRecord().memoryGiB;
  const detail = `${total} GiB, ${(freemem() / GIB).toFixed(1)} GiB free`;
  const ok = total >= MEMORY_GIB;
  const remedy = ok ? {} : { remedy: `the recipes need about ${MEMORY_GIB} GiB; use smaller batches` };
  return { name: 'memory', ok, needed: false, detail, ...remedy };
}

function disk(folder: string): Finding {
  const name = 'disk';
  try {
    const { bavail, bsize } = statfsSync(folder);
    const free = (bavail * bsize) / GIB;
    const ok = free >= DISK_GIB;
    const remedy = ok ? {} : { remedy: `free at least ${DISK_GIB} GiB, or choose another folder with --out` };
    return { name, ok, needed: true, detail: `${free.toFixed(1)} GiB free in ${resolve(folder)}`, ...remedy };
  } catch (error) {
    return { name, ok: false, needed: true, detail: firstLine(error), remedy: 'choose an existing folder with --out' };
  }
}

function temporary(): Finding {
  const name = 'temporary';
  try {
    const dir = mkdtempSync(join(tmpdir(), 'jepa-doctor-'));
    writeFileSync(join(dir, 'probe'), 'x');
    rmSync(dir, { recursive: true });
    return { name, ok: true, needed: true, detail: `${tmpdir()} is writable` };
  } catch (error) {
    return { name, ok: false, needed: true, detail: firstLine(error), remedy: 'set TMPDIR to a writable folder' };
  }
}

/** A worker must be able to write into memory that this thread reads: the data loader works that way. */
async function workers(): Promise<Finding> {
  const name = 'workers';
  try {
    const cell = new Int32Array(new SharedArrayBuffer(4));
    const code = "const { workerData } = require('node:worker_threads'); Atomics.store(workerData, 0, 42);";
    const worker = new Worker(code, { eval: true, workerData: cell });
    await new Promise<void>((done, fail) => {
      worker.once('error', fail);
      worker.once('exit', () => done());
    });
    const ok = Atomics.load(cell, 0) === 42;
    const detail = ok ? 'worker threads share memory' : 'a worker thread did not write to shared memory';
    return { name, ok, needed: true, detail, ...(ok ? {} : { remedy: 'use an ordinary build of Node' }) };
  } catch (error) {
    const remedy = 'allow worker threads (no --disallow-code-generation, no process limit)';
    return { name, ok: false, needed: true, detail: firstLine(error), remedy };
  }
}

async function torch(): Promise<Finding> {
  const name = 'python torch';
  for (const python of ['python3', 'python']) {
    try {
      const script = 'import torch; print(torch.__version__)';
      const { stdout } = await promisify(execFile)(python, ['-c', script], { timeout: PYTHON_TIMEOUT_MS });
      return { name, ok: true, needed: false, detail: `${stdout.trim()} (${python})` };
    } catch {
      // Tried the next name; not finding torch is an answer, not a fault.
    }
  }
  const remedy = 'only `jepa bench` uses it, to compare speed: pip install torch';
  return { name, ok: false, needed: false, detail: 'not found', remedy };
}

function firstLine(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0]! : String(error);
}
