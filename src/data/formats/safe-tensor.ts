// One tensor of a safetensors file.

/** The element types of the format that we read and write. */
export type SafeDType =
  | 'F32'
  | 'F64'
  | 'I32'
  | 'I64'
  | 'U8'
  | 'BOOL'
  | 'F16'
  | 'BF16'
  | 'I16'
  | 'I8'
  | 'U16'
  | 'U32'
  | 'U64';

/** One tensor of a file: `data` holds its elements in row-major order as raw little-endian bytes. */
export interface SafeTensor {
  readonly dtype: SafeDType;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}
