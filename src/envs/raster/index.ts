export { type Canvas, type Color, canvas, fill } from './canvas.ts';
export { gaussianDot } from './gaussian.ts';
export { resampleArea } from './resample.ts';
export { drawLine, fillConvex, fillDisc, fillRect } from './shapes.ts';
