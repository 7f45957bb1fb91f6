export { type GradOptions, grad, topological, valueAndGrad } from './grad.ts';
