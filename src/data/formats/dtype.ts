// Element types of safetensors files: their widths, and their conversion to float32.

import { JepaError } from '../../core/index.ts';
import type { SafeDType, SafeTensor } from './safe-tensor.ts';

const BYTES: Readonly<Record<SafeDType, number>> = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  U8: 1,
  I8: 1,
  BOOL: 1,
};

/** Bytes per element of a dtype name, or undefined for a name that is not a `SafeDType`. */
export function bytesOf(dtype: string): number | undefined {
  return Object.hasOwn(BYTES, dtype) ? BYTES[dtype as SafeDType] : undefined;
}

/** The number of an IEEE 754 binary16 pattern. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * The tensor's elements as float32, in row-major order. F32 data that lies at a multiple of 4 bytes is viewed, not
 * copied; F64 and 32- and 64-bit integers are rounded to the nearest float32; F16, BF16 and smaller integers are exact.
 */
export function toFloat32({ dtype, shape, data }: SafeTensor): Float32Array {
  const count = shape.reduce((a, b) => a * b, 1);
  const { buffer, byteOffset, byteLength } = data;
  if (byteLength !== count * BYTES[dtype]) {
    throw new JepaError(
      'shape',
      `toFloat32: [${shape}] ${dtype} needs ${count * BYTES[dtype]} bytes, got ${byteLength}`,
    );
  }
  if (dtype === 'F32') {
    if (byteOffset % 4 === 0) return new Float32Array(buffer, byteOffset, count);
    return new Float32Array(data.slice().buffer, 0, count);
  }
  const view = new DataView(buffer, byteOffset, byteLength);
  const out = new Float32Array(count);
  const fill = (element: (i: number) => number): Float32Array => {
    for (let i = 0; i < count; i++) out[i] = element(i);
    return out;
  };
  switch (dtype) {
    case 'F64':
      return fill((i) => view.getFloat64(8 * i, true));
    case 'I64':
      return fill((i) => Number(view.getBigInt64(8 * i, true)));
    case 'U64':
      return fill((i) => Number(view.getBigUint64(8 * i, true)));
    case 'I32':
      return fill((i) => view.getInt32(4 * i, true));
    case 'U32':
      return fill((i) => view.getUint32(4 * i, true));
    case 'F16':
      return fill((i) => halfToNumber(view.getUint16(2 * i, true)));
    case 'BF16': {
      const words = new Uint32Array(out.buffer);
      for (let i = 0; i < count; i++) words[i] = view.getUint16(2 * i, true) << 16;
      return out;
    }
    case 'I16':
      return fill((i) => view.getInt16(2 * i, true));
    case 'U16':
      return fill((i) => view.getUint16(2 * i, true));
    case 'I8':
      return fill((i) => view.getInt8(i));
    case 'U8':
      return fill((i) => view.getUint8(i));
    case 'BOOL':
      return fill((i) => (view.getUint8(i) === 0 ? 0 : 1));
  }
}

/** An F32 tensor over `data` (row-major, not copied). Errors: `shape` when the counts differ. */
export function f32Tensor(shape: readonly number[], data: Float32Array): SafeTensor {
  const count = shape.reduce((a, b) => a * b, 1);
  if (data.length !== count) {
    throw new JepaError('shape', `f32Tensor: [${shape}] needs ${count} numbers, got ${data.length}`, { shape });
  }
  return { dtype: 'F32', shape: [...shape], data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
