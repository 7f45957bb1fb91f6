export { type BallFloors, ballFloors, bayesPrediction, moveRightProbability } from './bayes.ts';
export { type BouncingBallOptions, ballExpert, bouncingBall } from './bouncing-ball.ts';
export { addDots, type BallWorld, ballWorlds, bounce, checkBallWorld, drawBall, inside } from './physics.ts';
export {
  type BallBatch,
  type BallBatches,
  type BallNoise,
  type BallTransitions,
  type BallView,
  ballBatch,
  ballBatches,
  ballTransitions,
} from './transitions.ts';
