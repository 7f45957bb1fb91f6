import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable, printableLines } from './printable.ts';

test('escape sequences are shown, not sent', () => {
  expect(printable('a\u001b[31mred\u0007\nb\u009b2J')).toBe('a\\u001b[31mred\\u0007\\u000ab\\u009b2J');
  expect(printable('abc\u202Etxt.exe')).toBe('abc\\u202etxt.exe');
});

test('text of several lines keeps its lines and tabs', () => {
  expect(printableLines('a\tb\nc\u001b[2J\r')).toBe('a\tb\nc\\u001b[2J\\u000d');
});

test('no control character is left in any text, and text without one is unchanged', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text)).not.toMatch(/\p{Cc}/u);
      if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) expect(printable(text)).toBe(text);
    }),
  );
});
