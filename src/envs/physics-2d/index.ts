export { type Convex, centroid, convex, placeConvex, unitMoment } from './convex.ts';
export { type Space, space } from './space.ts';
export { newTouch, type Segment, segment, touchDisc, touchSegment } from './touch.ts';
