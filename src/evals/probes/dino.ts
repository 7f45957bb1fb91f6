// The DINO cross-entropy between teacher and student outputs, its gradient and the centre update, in float64: a monitor of
// self-distillation runs. Source: facebookresearch/dino `main_dino.py` (DINOLoss); Caron et al., arXiv 2104.14294.
// Axes: V crops, B images, K output dimensions; rows are ordered crop by crop.

import { JepaError } from '../../core/index.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { softmaxRows } from './softmax.ts';

/** Settings of `dinoLoss`. */
export interface DinoLossOptions {
  /** Number of student crops V; the first two are the teacher's global crops. */
  readonly crops: number;
  readonly teacherTemperature: number;
  /** Default 0.1. */
  readonly studentTemperature?: number;
  /** Default 0.9. */
  readonly centreMomentum?: number;
}

/**
 * Mean over pairs (teacher crop, other student crop) of the mean over images of -sum_k p_teacher log p_student, where the
 * teacher is centred and sharpened.
 *
 * @param student [V * B, K]
 * @param teacher [2 * B, K]
 * @param centre [K]
 * @returns the loss, its gradient with respect to `student`, and the centre after the update
 */
export function dinoLoss(
  student: Matrix,
  teacher: Matrix,
  centre: ArrayLike<number>,
  { crops, teacherTemperature, studentTemperature = 0.1, centreMomentum = 0.9 }: DinoLossOptions,
): { readonly loss: number; readonly gradient: Float64Array; readonly centre: Float64Array } {
  const k = student.cols;
  const images = student.rows / crops;
  if (teacher.cols !== k || centre.length !== k || !Number.isInteger(images) || teacher.rows !== 2 * images) {
    throw new JepaError(
      'shape',
      `dinoLoss: with ${crops} crops, student [V B, K], teacher [2 B, K] and centre [K] must agree, got ` +
        `[${student.rows}, ${k}], [${teacher.rows}, ${teacher.cols}] and [${centre.length}]`,
    );
  }
  const shifted = Float64Array.from(teacher.data, (v, i) => v - centre[i % k]!);
  const p = softmaxRows({ rows: teacher.rows, cols: k, data: shifted }, teacherTemperature).data;
  const q = softmaxRows(student, studentTemperature).data;
  const gradient = new Float64Array(student.data.length);
  const pairs = 2 * (crops - 1);
  let loss = 0;
  for (let t = 0; t < 2; t++) {
    for (let v = 0; v < crops; v++) {
      if (v === t) continue;
      for (let i = 0; i < images * k; i++) {
        const pi = p[t * images * k + i]!;
        const qi = q[v * images * k + i]!;
        loss -= pi * Math.log(Math.max(qi, Number.MIN_VALUE));
        gradient[v * images * k + i]! += (qi - pi) / (studentTemperature * images * pairs);
      }
    }
  }
  const next = new Float64Array(k);
  teacher.data.forEach((value, i) => {
    next[i % k]! += value / teacher.rows;
  });
  for (let j = 0; j < k; j++) next[j] = centreMomentum * centre[j]! + (1 - centreMomentum) * next[j]!;
  return { loss: loss / (images * pairs), gradient, centre: next };
}
