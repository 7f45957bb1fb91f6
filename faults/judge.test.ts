import { expect, test } from 'vitest';
import type { Ended } from './child.ts';
import { disaster, endured, refused } from './judge.ts';

const ended = (more: Partial<Ended>): Ended => {
  return {
    code: 2,
    signal: null,
    out: '',
    err: 'jepa: something is wrong; do this\n',
    hung: false,
    ms: 1,
    endMs: 1,
    ...more,
  };
};

test('a refusal is an exit code, words, and the names that belong there', () => {
  expect(refused(ended({})).outcome).toBe('survived');
  expect(refused(ended({ code: 0 })).outcome).toBe('silent');
  expect(refused(ended({ err: '' })).outcome).toBe('unclear');
  expect(refused(ended({}), ['run.json']).outcome).toBe('unclear');
  expect(refused(ended({ err: 'jepa: a name with \u001b[2J in it\n' })).outcome).toBe('unclear');
});

test('stacks, foreign signals, strange exit codes and hangs are disasters', () => {
  const stack = 'jepa: internal fault\nTypeError: x\n    at f (file:///a.js:1:2)\n';
  expect(disaster(ended({ err: stack }))?.outcome).toBe('stack');
  expect(disaster(ended({ err: '    at f (file:///a.js:1:2)\n' }))?.outcome).toBe('stack');
  expect(disaster(ended({ code: null, signal: 'SIGABRT' }))?.outcome).toBe('stack');
  expect(disaster(ended({ code: 134 }))?.outcome).toBe('stack');
  expect(disaster(ended({ hung: true }))?.outcome).toBe('hang');
  expect(disaster(ended({ code: 0, err: '' }))).toBeUndefined();
});

test('what is endured may give a result, but moves no cursor', () => {
  expect(endured(ended({ code: 0, out: 'a table\n' })).outcome).toBe('survived');
  expect(endured(ended({ code: 0, out: 'a\u001b[1mtable\n' })).outcome).toBe('unclear');
});
