export { writeFileAtomic } from './atomic.ts';
export { f32Tensor, toFloat32 } from './formats/dtype.ts';
export {
  parseSafetensors,
  readSafetensors,
  type SafeDType,
  type SafeFile,
  type SafeTensor,
  SHA256_KEY,
  writeSafetensors,
} from './formats/safetensors.ts';
