import { expect, test } from 'vitest';
import { duration, parseProgress, progressReporter, progressText } from './progress.ts';

function stream(isTTY: boolean) {
  const written: string[] = [];
  return { written, isTTY, columns: 60, write: (text: string) => written.push(text) };
}

test('a line holds stage, step, share, terms, rate and time left', () => {
  const line = { stage: 'train', step: 50, total: 200, terms: { loss: 0.12345 }, imagesPerSecond: 1480.4 };
  expect(progressText(line, 95)).toBe('train  50/200  25%  loss 0.1235  1480 images/s  1:35 left');
});

test('a printed line can be read back, and other lines are not taken for one', () => {
  const line = { stage: 'train and judge', step: 50, total: 200, terms: { loss: 0.5 } };
  expect(parseProgress(progressText(line, 95))).toEqual({ stage: 'train and judge', step: 50, total: 200 });
  expect(parseProgress('count  4/4  100%')).toEqual({ stage: 'count', step: 4, total: 4 });
  expect(parseProgress('alarm LOW_RANK since step 3 (1.2): 1/2 of it')).toBeUndefined();
  expect(parseProgress('')).toBeUndefined();
});

test('time spans read like a clock', () => {
  expect([duration(7), duration(750), duration(3720)]).toEqual(['0:07', '12:30', '1:02:00']);
});

test('on a terminal one line is rewritten, cut to the width, and a log line does not mix with it', () => {
  const out = stream(true);
  let now = 0;
  const report = progressReporter(out, () => now);
  report.show({ stage: 'train', step: 1, total: 100, terms: { averylongnameofaterm: 1, another: 2 } });
  now += 50;
  report.show({ stage: 'train', step: 2, total: 100 });
  report.print('saved');
  expect(out.written.filter((w) => w.includes('2/100'))).toEqual([]);
  expect(out.written[0]!.startsWith('\r\u001b[2K')).toBe(true);
  expect(out.written[0]!.length).toBeLessThanOrEqual(60 + 5);
  expect(out.written.slice(1, 3)).toEqual(['\r\u001b[2K', 'saved\n']);
});

test('elsewhere plain lines come every five seconds and at the end, with the time left from the pace', () => {
  const out = stream(false);
  let now = 0;
  const report = progressReporter(out, () => now);
  for (let step = 0; step <= 12; step++, now += 1000) report.show({ stage: 'train', step, total: 12 });
  expect(out.written).toEqual([
    'train  5/12  41%  0:07 left\n',
    'train  10/12  83%  0:02 left\n',
    'train  12/12  100%\n',
  ]);
});
