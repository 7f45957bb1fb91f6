import { expect, test } from 'vitest';
import { nearest, unknownName } from './index.ts';

test('an unknown name gets the nearest known one as a suggestion', () => {
  expect(unknownName('world', 'two-rom', ['two-room', 'push-t']).message).toBe(
    "unknown world 'two-rom'; did you mean 'two-room'? known: two-room, push-t",
  );
});

test('an unknown name that is near nothing is told what is known', () => {
  expect(unknownName('world', 'xyzzy', ['two-room', 'push-t']).message).toBe(
    "unknown world 'xyzzy'; known: two-room, push-t",
  );
});

test('nearest ignores case and finds nothing among no candidates', () => {
  expect(nearest('CEM', ['mppi', 'cem'])).toBe('cem');
  expect(nearest('cem', [])).toBeUndefined();
});
