// Every example runs as it stands and asserts its own result.

import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

const examples = readdirSync(new URL('.', import.meta.url)).filter((f) => /^\d\d-.*\.ts$/.test(f));

test.each(examples)('%s runs and its claims hold', async (file) => {
  await import(new URL(file, import.meta.url).href);
});

test('there are examples', () => {
  expect(examples.length).toBeGreaterThanOrEqual(2);
});
