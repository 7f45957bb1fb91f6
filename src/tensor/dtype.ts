// Element types of tensors and the typed arrays that hold them on the host.

/** Element type. Arithmetic is in `f32`; `i32` and `i64` index; `u8` is how images enter; `bool` is a mask. */
export type DType = 'f32' | 'i32' | 'i64' | 'bool' | 'u8';

/** Host storage of each dtype; `bool` is one byte per element, 0 or 1. */
export interface HostArrays {
  f32: Float32Array;
  i32: Int32Array;
  i64: BigInt64Array;
  bool: Uint8Array;
  u8: Uint8Array;
}

/** Any host array. */
export type HostArray = HostArrays[DType];

/** Bytes of one element. */
export const bytesOf: Readonly<Record<DType, number>> = { f32: 4, i32: 4, i64: 8, bool: 1, u8: 1 };

/** A zero-filled host array of `size` elements. */
export function hostArray<D extends DType>(dtype: D, size: number): HostArrays[D] {
  const make: { [K in DType]: (n: number) => HostArrays[K] } = {
    f32: (n) => new Float32Array(n),
    i32: (n) => new Int32Array(n),
    i64: (n) => new BigInt64Array(n),
    bool: (n) => new Uint8Array(n),
    u8: (n) => new Uint8Array(n),
  };
  return make[dtype](size);
}

/** Whether `array` is the host storage of `dtype`. */
export function holds(dtype: DType, array: unknown): boolean {
  switch (dtype) {
    case 'f32':
      return array instanceof Float32Array;
    case 'i32':
      return array instanceof Int32Array;
    case 'i64':
      return array instanceof BigInt64Array;
    default:
      return array instanceof Uint8Array;
  }
}
