// DINO, self-distillation (Caron et al. 2021, arXiv 2104.14294; code facebookresearch/dino, main_dino.py): the student's
// distribution over K prototypes for one view should be the teacher's for another. The teacher is centred, which keeps one
// prototype from taking all, and sharpened, which keeps the distribution from becoming uniform. KoLeo is DINOv2's.
// Legend: V student views (the G global ones first), N samples, K prototypes, D dimensions.

import {
  add,
  addAll,
  argmax,
  div,
  dot,
  gather,
  l2Normalise,
  log,
  logSoftmax,
  matmul,
  mul,
  neg,
  type Operand,
  reduceMean,
  reduceSum,
  sameShape,
  shapeError,
  softmax,
  sqrt,
  square,
  stack,
  stopGradient,
  sub,
  type Tensor,
} from '../../tensor/index.ts';
import { withDiagonal } from './matrix.ts';

/** Temperatures and the speed of the centre. */
export interface DinoOptions {
  readonly studentTemperature?: number;
  /** 0.04 at first; DINO warms it up to 0.07. A scalar tensor lets it change from step to step. */
  readonly teacherTemperature?: Operand;
  /** Share of the old centre in the new one. */
  readonly centreMomentum?: number;
}

/** The loss, and what the centre becomes. */
export interface Dino {
  /** Mean over pairs of a global teacher view and another student view of the cross-entropy. */
  readonly value: Tensor;
  /** [K], to be written to the state after the step: this step's loss uses the old centre. */
  readonly centre: Tensor;
}

/**
 * The loss of DINO. log K while the student is uniform. No gradient reaches the teacher.
 *
 * @param student logits [N, K] of each view, the global ones first and in the teacher's order
 * @param teacher logits [N, K] of each global view
 * @param centre [K], the running mean of the teacher's logits
 * @throws JepaError 'shape' when logits differ in shape or there is no pair of different views
 */
export function dino(
  student: readonly Tensor[],
  teacher: readonly Tensor[],
  centre: Tensor,
  { studentTemperature = 0.1, teacherTemperature = 0.04, centreMomentum = 0.9 }: DinoOptions = {},
): Dino {
  const all = [...student, ...teacher];
  const shape = teacher[0]?.shape ?? [];
  if (shape.length !== 2 || all.some((t) => !sameShape(t.shape, shape)) || !sameShape(centre.shape, shape.slice(1)))
    throw shapeError('dino', [...all, centre], 'needs logits of one shape [N, K] and a centre [K]');
  if (student.length < Math.max(2, teacher.length))
    throw shapeError('dino', all, 'needs a student view for every teacher view, and at least 2 of them');
  const logs = student.map((logits) => logSoftmax(mul(logits, 1 / studentTemperature)));
  const pairs: Tensor[] = [];
  teacher.forEach((logits, g) => {
    const target = stopGradient(softmax(div(sub(logits, centre), teacherTemperature)));
    logs.forEach((log, v) => {
      if (v !== g) pairs.push(neg(reduceMean(dot(target, log))));
    });
  });
  const mean = reduceMean(stack(teacher, 0), { axes: [0, 1] });
  return {
    value: mul(addAll(pairs), 1 / pairs.length),
    centre: stopGradient(add(mul(centre, centreMomentum), mul(mean, 1 - centreMomentum))),
  };
}

/**
 * KoLeo, DINOv2's term that spreads embeddings: -mean log of the distance to the nearest neighbour, on the unit sphere. It
 * is about 18, -log epsilon, when all embeddings are equal.
 *
 * @param z [N, D]
 * @throws JepaError 'shape' when there are fewer than 2 samples
 */
export function koLeo(z: Tensor, epsilon = 1e-8): Tensor {
  if (z.shape.length !== 2 || z.shape[0]! < 2) throw shapeError('koLeo', [z], 'needs [N, D] with at least 2 samples');
  const unit = l2Normalise(z, -1, epsilon);
  const nearest = argmax(withDiagonal(matmul(unit, unit, { transB: true }), -2));
  // The epsilon inside the difference, as PyTorch's PairwiseDistance, keeps the root away from 0.
  const apart = add(sub(unit, gather(unit, nearest)), epsilon);
  const distance = sqrt(reduceSum(square(apart), { axes: -1 }));
  return neg(reduceMean(log(add(distance, epsilon))));
}
