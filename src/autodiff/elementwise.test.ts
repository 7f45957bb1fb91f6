import { elementwiseCases } from './cases/elementwise.law.ts';
import { gradientLaw } from './gradient.law.ts';

gradientLaw(elementwiseCases);
