import { shapingCases } from './cases/shaping.law.ts';
import { gradientLaw } from './gradient.law.ts';

gradientLaw(shapingCases);
