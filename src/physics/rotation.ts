// Rotations in space: a rotation vector (axis times angle, zero is upright) for states, a unit quaternion (w, x, y, z) for
// MuJoCo, a matrix for pictures.

type Numbers = Float64Array | Float32Array;

/** The quaternion [4] of a rotation vector, both at places in arrays. */
export function quaternionFrom(vector: ArrayLike<number>, at: number, to: Numbers, toAt: number): void {
  const x = vector[at]!;
  const y = vector[at + 1]!;
  const z = vector[at + 2]!;
  const angle = Math.sqrt(x * x + y * y + z * z);
  const s = angle < 1e-8 ? 0.5 : Math.sin(angle / 2) / angle;
  to[toAt] = Math.cos(angle / 2);
  to[toAt + 1] = s * x;
  to[toAt + 2] = s * y;
  to[toAt + 3] = s * z;
}

/** The rotation vector [3] of a unit quaternion, at most half a turn long. */
export function rotationVector(quaternion: ArrayLike<number>, at: number, to: Numbers, toAt: number): void {
  const sign = quaternion[at]! < 0 ? -1 : 1;
  const w = sign * quaternion[at]!;
  const x = sign * quaternion[at + 1]!;
  const y = sign * quaternion[at + 2]!;
  const z = sign * quaternion[at + 3]!;
  const s = Math.sqrt(x * x + y * y + z * z);
  const scale = s < 1e-8 ? 2 : (2 * Math.atan2(s, w)) / s;
  to[toAt] = scale * x;
  to[toAt + 1] = scale * y;
  to[toAt + 2] = scale * z;
}

const quaternion = new Float64Array(4);

/** The rotation matrix [9] in rows of a rotation vector. */
export function rotationMatrix(vector: ArrayLike<number>, at: number, to: Numbers): void {
  quaternionFrom(vector, at, quaternion, 0);
  const [w, x, y, z] = quaternion as unknown as readonly [number, number, number, number];
  to[0] = 1 - 2 * (y * y + z * z);
  to[1] = 2 * (x * y - w * z);
  to[2] = 2 * (x * z + w * y);
  to[3] = 2 * (x * y + w * z);
  to[4] = 1 - 2 * (x * x + z * z);
  to[5] = 2 * (y * z - w * x);
  to[6] = 2 * (x * z - w * y);
  to[7] = 2 * (y * z + w * x);
  to[8] = 1 - 2 * (x * x + y * y);
}

/**
 * The turn about the upright axis of the rotation vector of a cube, up to quarter turns: that of the side direction which lies
 * most level.
 */
export function levelYaw(vector: ArrayLike<number>, at: number): number {
  const m = new Float64Array(9);
  rotationMatrix(vector, at, m);
  let column = 0;
  for (let c = 1; c < 3; c++) if (Math.abs(m[6 + c]!) < Math.abs(m[6 + column]!)) column = c;
  return Math.atan2(m[3 + column]!, m[column]!);
}
