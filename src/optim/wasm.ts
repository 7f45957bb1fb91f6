// The few pieces of the WebAssembly binary format that one numeric kernel needs, so that it can be written as a list of
// named instructions instead of bytes. Source: WebAssembly Core Specification 2.0, chapter 5 (binary format).

/** Unsigned LEB128, the format's variable-length integer. */
function leb(n: number): number[] {
  return n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...leb(n >>> 7)];
}

/** One or more instructions. */
export type Code = readonly number[];

const simd = (code: number): Code => [0xfd, ...leb(code)];
/** Alignment 16 bytes (2^4) is a hint; the address is the operand plus `offset`. */
const memory = (code: number, offset: number): Code => [...simd(code), 4, ...leb(offset)];

/** An i32 constant from -64 to 63, which is one byte. */
export const i32Const = (n: number): Code => [0x41, n & 0x7f];
export const i32Add: Code = [0x6a];
/** Reads, writes, or writes and keeps a local variable. */
export const get = (local: number): Code => [0x20, ...leb(local)];
export const set = (local: number): Code => [0x21, ...leb(local)];
export const tee = (local: number): Code => [0x22, ...leb(local)];
/** Four f32 from or to the address on the stack plus `offset`. */
export const load = (offset: number): Code => memory(0, offset);
export const store = (offset: number): Code => memory(11, offset);
/** One f32 in all four lanes. */
export const splat: Code = simd(19);
/** Bit masks: where a < b; a and not b. */
export const lessThan: Code = simd(67);
export const andNot: Code = simd(79);
/** Lane by lane on f32. */
export const abs: Code = simd(224);
export const sqrt: Code = simd(227);
export const add: Code = simd(228);
export const sub: Code = simd(229);
export const mul: Code = simd(230);
export const div: Code = simd(231);
/** Runs `body` once, and again while it leaves something other than 0 on the stack. */
export const doWhile = (body: Code): Code => [0x03, 0x40, ...body, 0x0d, 0, 0x0b];

/** A compiled function `run(i32, f32, ...)` without result, and the memory that it works in. */
export interface WasmFunction {
  readonly run: (bytes: number, ...numbers: number[]) => void;
  readonly memory: ArrayBuffer;
}

// TypeScript's standard library knows WebAssembly only together with the whole DOM; this is the part we use.
interface WasmApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: { readonly run: unknown; readonly memory: unknown } };
}

/**
 * Compiles one function of an i32, `floats` f32 parameters and `vectors` v128 locals (numbered after the parameters) with
 * the given instructions, and a memory of `bytes` bytes. Needs WebAssembly SIMD: Node 16.4, every browser since 2023.
 */
export function wasmFunction(floats: number, vectors: number, bytes: number, body: Code): WasmFunction {
  const section = (id: number, content: Code): number[] => [id, ...leb(content.length), ...content];
  const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];
  const [i32, f32, v128, functionType] = [0x7f, 0x7d, 0x7b, 0x60];
  const code = [1, ...leb(vectors), v128, ...body, 0x0b];
  const binary = new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // '\0asm', version 1
    ...section(1, [1, functionType, ...leb(1 + floats), i32, ...new Array<number>(floats).fill(f32), 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...leb(Math.ceil(bytes / 65536))]),
    ...section(7, [2, ...name('run'), 0, 0, ...name('memory'), 2, 0]),
    ...section(10, [1, ...leb(code.length), ...code]),
  ]);
  const api = (globalThis as unknown as { readonly WebAssembly: WasmApi }).WebAssembly;
  const { run, memory: linear } = new api.Instance(new api.Module(binary)).exports;
  return { run: run as WasmFunction['run'], memory: (linear as { readonly buffer: ArrayBuffer }).buffer };
}
