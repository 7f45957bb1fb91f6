export {
  type EppsPulleyOptions,
  eppsPulley,
  eppsPulleyGrid,
  type SigReg,
  sigreg,
  sigregDirections,
  unitColumns,
} from './objectives/sigreg.ts';
