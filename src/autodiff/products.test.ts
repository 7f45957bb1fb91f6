import { productCases } from './cases/products.law.ts';
import { gradientLaw } from './gradient.law.ts';

gradientLaw(productCases);
