import { episodeSourceLaws } from './episode-source.law.ts';
import { memorySource } from './memory-source.ts';

episodeSourceLaws('memorySource', memorySource);
