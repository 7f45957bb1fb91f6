// The exponential moving average that turns a student into its teacher (I-JEPA, V-JEPA, DINO, BYOL).

import { JepaError } from '../core/index.ts';

/**
 * Moves the teacher towards the student in place: teacher <- momentum teacher + (1 - momentum) student.
 *
 * Call it after the optimiser step; start from teacher = student. Both are flat buffers of one layout.
 * Errors: `shape` when the sizes differ, `usage` when the momentum is outside [0, 1].
 */
export function emaUpdate(teacher: Float32Array, student: Float32Array, momentum: number): void {
  if (teacher.length !== student.length) {
    throw new JepaError(
      'shape',
      `emaUpdate: teacher and student must have one layout, got [${teacher.length}] and [${student.length}]`,
    );
  }
  if (!(momentum >= 0 && momentum <= 1)) {
    throw new JepaError('usage', `emaUpdate: momentum must be in [0, 1], got ${momentum}`, { momentum });
  }
  const rest = 1 - momentum;
  for (let i = 0; i < teacher.length; i++) teacher[i] = momentum * teacher[i]! + rest * student[i]!;
}
