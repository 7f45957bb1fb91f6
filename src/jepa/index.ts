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
