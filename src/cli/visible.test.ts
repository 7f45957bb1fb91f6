import { expect, test } from 'vitest';
import { visible } from './visible.ts';

test('control characters are shown as they are written in JSON, tabs and lines stay', () => {
  expect(visible('a\u001b[2J\u0007\u009b1m\r\n\tb')).toBe('a\\u001b[2J\\u0007\\u009b1m\\u000d\n\tb');
  const json = JSON.stringify({ name: '\u007f\u0085é' });
  expect(JSON.parse(visible(json))).toEqual(JSON.parse(json));
});
