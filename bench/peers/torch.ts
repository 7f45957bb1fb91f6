// PyTorch beside us: finds a Python that has it, and speaks with torch_peer.py line by line. Benchmarks run without it.

import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { JepaError } from '../../src/core/index.ts';

/** A Python that imports torch. */
export interface TorchPython {
  readonly python: string;
  readonly version: string;
}

/** A running peer. `close` it. */
export interface TorchPeer extends TorchPython {
  readonly threads: number;
  /** What this PyTorch was built with. */
  readonly config: string;
  /** Peak memory right after importing torch. */
  readonly importBytes: number;
  /** Sends one request and returns its answer. Errors: `runtime` when the peer reports one or dies. */
  ask(request: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** Seconds that one step of what was built took, by the peer's own clock. */
  step(): Promise<number>;
  close(): Promise<void>;
}

const LOOK_TIMEOUT_MS = 120_000;
const CLOSE_TIMEOUT_MS = 5_000;

/**
 * A Python that imports torch, of `$JEPA_PYTHON`, python3, /usr/bin/python3 and python: the first with PyTorch 2 or later, else
 * the first with any; undefined without one.
 */
export async function findTorch(): Promise<TorchPython | undefined> {
  const asked = process.env.JEPA_PYTHON;
  let old: TorchPython | undefined;
  for (const python of [...(asked === undefined ? [] : [asked]), 'python3', '/usr/bin/python3', 'python']) {
    try {
      const script = 'import torch; print(torch.__version__)';
      const { stdout } = await promisify(execFile)(python, ['-c', script], { timeout: LOOK_TIMEOUT_MS });
      const found = { python, version: stdout.trim() };
      if (Number.parseInt(found.version, 10) >= 2) return found;
      old ??= found;
    } catch {
      // Tried the next one; not finding torch is an answer, not a fault.
    }
  }
  return old;
}

/** The script lies beside the sources, also for the build in dist/. */
function script(): string {
  const paths = ['./torch_peer.py', '../../../bench/peers/torch_peer.py'].map((p) =>
    fileURLToPath(new URL(p, import.meta.url)),
  );
  const path = paths.find((p) => existsSync(p));
  if (path === undefined)
    throw new JepaError('runtime', `bench: torch_peer.py is missing, looked for ${paths.join(', ')}`);
  return path;
}

/** Starts a peer in a fresh process and waits until torch is imported. */
export async function startTorch({ python, version }: TorchPython, threads: number): Promise<TorchPeer> {
  const env = { ...process.env, OMP_NUM_THREADS: `${threads}`, MKL_NUM_THREADS: `${threads}` };
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(python, [script(), `${threads}`], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true, // Ctrl-C is ours: the peer ends when its input does
    env,
  });
  let noise = '';
  child.stderr.on('data', (data) => {
    noise = `${noise}${data}`.slice(-2000);
  });
  child.stdin.on('error', () => undefined); // a peer that died is reported by the missing answer
  const ended = new Promise<void>((done) => child.on('close', () => done()).on('error', () => done()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Readonly<Record<string, unknown>>> => {
    const line = await lines.next();
    if (line.done === true)
      throw new JepaError('runtime', `bench: the PyTorch peer ended: ${noise.trim() || 'no message'}`);
    const value = JSON.parse(line.value) as Readonly<Record<string, unknown>>;
    if (value.error !== undefined) throw new JepaError('runtime', `bench: the PyTorch peer failed: ${value.error}`);
    return value;
  };
  const ask: TorchPeer['ask'] = (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return answer();
  };
  const hello = await answer();
  return {
    python,
    version,
    threads,
    config: String(hello.config),
    importBytes: Number(hello.peakBytes),
    ask,
    step: async () => Number((await ask({ do: 'step' })).seconds),
    async close() {
      child.stdin.end();
      const late = setTimeout(() => child.kill('SIGKILL'), CLOSE_TIMEOUT_MS);
      await ended;
      clearTimeout(late);
    },
  };
}
