// The bytes of a model file, from wherever it is: in memory, on a disk, behind an address. Node's modules are looked up when a
// path is read, not when this file is imported, so that a page can import it.

import { JepaError } from '../../core/index.ts';

/** Where a file is: a path in Node, an address, or its bytes. In a page a string is an address. */
export type AgentSource = string | URL | Uint8Array | ArrayBuffer;

/** Bytes, and what to call them in messages. */
export interface NamedBytes {
  readonly bytes: Uint8Array;
  readonly name: string;
}

const ADDRESS = /^(https?|blob|data):/i;

function inNode(): boolean {
  return typeof process !== 'undefined' && process.getBuiltinModule !== undefined;
}

async function fetched(address: string): Promise<Uint8Array> {
  const name = address.slice(0, 200);
  const fail = (why: string, cause?: unknown): JepaError =>
    new JepaError('io', `loadAgent: cannot fetch ${name}: ${why}; check the address`, { address: name }, { cause });
  let response: Response;
  try {
    response = await fetch(address);
  } catch (cause) {
    throw fail(cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (!response.ok) throw fail(`the server answers ${response.status} ${response.statusText}`.trim());
  return new Uint8Array(await response.arrayBuffer());
}

function readFromDisk(path: string | URL): Uint8Array {
  const { readFileSync, statSync } = process.getBuiltinModule('node:fs');
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) throw new Error('it is a folder, give the file model.safetensors in it');
    if (!stats.isFile()) throw new Error('it is no regular file');
    const bytes = readFileSync(path);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new JepaError(
      'io',
      `loadAgent: cannot read ${path}: ${why}; write a model file with 'jepa export'`,
      { path: String(path) },
      { cause },
    );
  }
}

/**
 * The bytes of a source.
 *
 * @throws JepaError 'io' when it cannot be read or fetched
 */
export async function bytesOfSource(source: AgentSource): Promise<NamedBytes> {
  if (source instanceof ArrayBuffer) return { bytes: new Uint8Array(source), name: '(bytes)' };
  if (source instanceof Uint8Array) return { bytes: source, name: '(bytes)' };
  const name = String(source);
  if (!inNode() || ADDRESS.test(name)) return { bytes: await fetched(name), name };
  return { bytes: readFromDisk(source), name };
}
