export { reacherExpert } from './expert.ts';
export { reacher } from './reacher.ts';
