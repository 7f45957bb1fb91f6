import { expect, test } from 'vitest';
import { cache } from './index.ts';

/** A cache of named things that must not be used once they are freed. */
function things(keep: number) {
  const made: string[] = [];
  const freed: string[] = [];
  const held = cache<{ readonly name: string; alive: boolean }>({
    keep,
    async free(thing) {
      if (!thing.alive) throw new Error(`${thing.name} was freed twice`);
      thing.alive = false;
      freed.push(thing.name);
    },
  });
  const make = (name: string) => async () => {
    await new Promise((done) => setTimeout(done, 1));
    made.push(name);
    return { name, alive: true };
  };
  const use = (name: string, ms = 1): Promise<boolean> =>
    held.use(name, make(name), async (thing) => {
      await new Promise((done) => setTimeout(done, ms));
      return thing.alive && thing.name === name;
    });
  return { held, made, freed, make, use };
}

test('what is in use is never freed, whatever else is asked for at the same time', async () => {
  const { use, held, made, freed } = things(4);
  const names = Array.from({ length: 24 }, (_, i) => `size ${i % 6}`);
  const alive = await Promise.all(names.map((name, i) => use(name, 1 + (i % 5))));
  expect(alive).toEqual(names.map(() => true));
  expect(made.length).toBe(6);
  expect(held.size).toBe(4);
  expect(freed.length).toBe(2);
});

test('of those that nobody uses, the least lately used is freed first', async () => {
  const { use, freed, made } = things(2);
  for (const name of ['a', 'b', 'a', 'c']) await use(name);
  expect(freed).toEqual(['b']);
  await use('b');
  expect(freed).toEqual(['b', 'a']);
  expect(made).toEqual(['a', 'b', 'c', 'b']);
});

test('callers at the same time share one value, and each gives back its own share', async () => {
  const { held, make, made, freed } = things(0);
  const [one, two] = await Promise.all([held.lease('a', make('a')), held.lease('a', make('a'))]);
  const three = one.share();
  expect(made).toEqual(['a']);
  await one.release();
  await one.release();
  await two.release();
  expect(freed).toEqual([]);
  await three.release();
  expect(freed).toEqual(['a']);
});

test('a lease taken while the last other user gives back is not of a freed value', async () => {
  const { held, make, freed } = things(0);
  const first = await held.lease('a', make('a'));
  const next = held.lease('a', make('a'));
  await first.release();
  const second = await next;
  expect(second.value.alive).toBe(true);
  expect(freed).toEqual([]);
  await second.release();
  expect(freed).toEqual(['a']);
});

test('what cannot be made is an error for all who wait, and is tried again later', async () => {
  const { held, use } = things(1);
  const fail = async (): Promise<never> => {
    throw new Error('no memory');
  };
  const waiting = [held.lease('a', fail), held.lease('a', fail)];
  for (const one of waiting) await expect(one).rejects.toThrow('no memory');
  expect(held.size).toBe(0);
  expect(await use('a')).toBe(true);
});

test('an action that fails gives its value back', async () => {
  const { held, make, freed } = things(0);
  const failing = held.use('a', make('a'), () => {
    throw new Error('in use');
  });
  await expect(failing).rejects.toThrow('in use');
  expect(freed).toEqual(['a']);
});

test('clearing frees what is idle at once and what is in use with its last user, once', async () => {
  const { held, make, use, freed } = things(4);
  await use('idle');
  const lease = await held.lease('used', make('used'));
  await held.clear();
  expect(freed).toEqual(['idle']);
  expect(lease.value.alive).toBe(true);
  await lease.release();
  expect(freed).toEqual(['idle', 'used']);
  expect(await use('idle')).toBe(true);
  expect(held.size).toBe(1);
});
