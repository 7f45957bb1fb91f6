import { expect, test } from 'vitest';
import { formatDuration, type Progress, progressLine, terminalLine } from './index.ts';

const progress: Progress = {
  step: 40,
  steps: 1200,
  loss: 0.531249,
  terms: { predict: 0.42178, sigreg: 1.0944 },
  imagesPerSecond: 312.04,
  secondsLeft: 118.4,
};

test('a progress line shows step, loss terms, rate and time left', () => {
  expect(progressLine(progress)).toBe(
    'step 40/1200  loss 0.5312  predict 0.4218  sigreg 1.094  312 images/s  1 min 58 s left',
  );
});

test('the last line says done', () => {
  expect(progressLine({ ...progress, step: 1200, secondsLeft: 0 })).toMatch(/done$/);
});

test('a terminal line replaces the one before and never wraps', () => {
  const line = terminalLine(progress, 30);
  expect(line.startsWith('\r')).toBe(true);
  expect(line.endsWith('\u001b[K')).toBe(true);
  expect(line.slice(1, -3)).toBe('step 40/1200  loss 0.5312  p…');
  expect(terminalLine(progress, 200)).toContain('1 min 58 s left');
});

test.each([
  [0.4, '0 s'],
  [59.4, '59 s'],
  [59.6, '1 min 00 s'],
  [3599.9, '1 h 00 min'],
  [7620, '2 h 07 min'],
  [Number.POSITIVE_INFINITY, '?'],
])('%f seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});
