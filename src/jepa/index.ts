export { type BarlowTwins, type BarlowTwinsOptions, barlowTwins, crossCorrelation } from './objectives/barlow-twins.ts';
export {
  type EppsPulleyOptions,
  eppsPulley,
  eppsPulleyGrid,
  type SigReg,
  type SigRegOptions,
  sigreg,
  sigregDirections,
  unitColumns,
} from './objectives/sigreg.ts';
export {
  type CovarianceScale,
  covariancePenalty,
  type VarianceOptions,
  type VicRegOptions,
  type VicRegTerms,
  varianceHinge,
  vicregTerms,
} from './objectives/vicreg.ts';
