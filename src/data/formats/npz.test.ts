import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { ErrorCode } from '../../core/index.ts';
import { TOY_SPEC, toyEpisodes } from '../episode-source.law.ts';
import { npz } from './npz.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-npz-'));
afterAll(() => rmSync(root, { recursive: true }));

const failure = (code: ErrorCode): unknown => expect.objectContaining({ name: 'JepaError', code });

// numpy 2.4.6: savez and savez_compressed of observations = arange(20) as uint8 [5, 2, 2, 1], action = [0.5, -1, nan, 2, nan]
// as float32 [5, 1], episode_lengths = [3, 2] as int64.
const SAVEZ =
  'UEsDBC0AAAAAAAAAIQDz/zwc//////////8QABQAb2JzZXJ2YXRpb25zLm5weQEAEACUAAAAAAAAAJQAAAAAAAAAk05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDUsIDIsIDIsIDEpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAQIDBAUGBwgJCgsMDQ4PEBESE1BLAwQtAAAAAAAAACEAUblrXf//////////CgAUAGFjdGlvbi5ucHkBABAAlAAAAAAAAACUAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxmNCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICg1LCAxKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAAPwAAgL8AAMB/AAAAQAAAwH9QSwMELQAAAAAAAAAhAG/ZvG7//////////xMAFABlcGlzb2RlX2xlbmd0aHMubnB5AQAQAJAAAAAAAAAAkAAAAAAAAACTTlVNUFkBAHYAeydkZXNjcic6ICc8aTgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgMAAAAAAAAAAgAAAAAAAABQSwECLQMtAAAAAAAAACEA8/88HJQAAACUAAAAEAAAAAAAAAAAAAAAgAEAAAAAb2JzZXJ2YXRpb25zLm5weVBLAQItAy0AAAAAAAAAIQBRuWtdlAAAAJQAAAAKAAAAAAAAAAAAAACAAdYAAABhY3Rpb24ubnB5UEsBAi0DLQAAAAAAAAAhAG/ZvG6QAAAAkAAAABMAAAAAAAAAAAAAAIABpgEAAGVwaXNvZGVfbGVuZ3Rocy5ucHlQSwUGAAAAAAMAAwC3AAAAewIAAAAA';
const SAVEZ_COMPRESSED =
  'UEsDBC0AAAAIAAAAIQDz/zwc//////////8QABQAb2JzZXJ2YXRpb25zLm5weQEAEACUAAAAAAAAAF0AAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgXlNqqK6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkapjoKRmBkqKmjUKtABuBiYGRiZmFlY+fg5OLm4eXjFxAUEgYAUEsDBC0AAAAIAAAAIQBRuWtd//////////8KABQAYWN0aW9uLm5weQEAEACUAAAAAAAAAFcAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNmoq6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkapjoKhpo6CrUKZAMuBgYGewaGhv0MDAfqgWwHEA0AUEsDBC0AAAAIAAAAIQBv2bxu//////////8TABQAZXBpc29kZV9sZW5ndGhzLm5weQEAEACQAAAAAAAAAEoAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNpoa6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjqaOgq1ChQALmYGCGCC0gBQSwECLQMtAAAACAAAACEA8/88HF0AAACUAAAAEAAAAAAAAAAAAAAAgAEAAAAAb2JzZXJ2YXRpb25zLm5weVBLAQItAy0AAAAIAAAAIQBRuWtdVwAAAJQAAAAKAAAAAAAAAAAAAACAAZ8AAABhY3Rpb24ubnB5UEsBAi0DLQAAAAgAAAAhAG/ZvG5KAAAAkAAAABMAAAAAAAAAAAAAAIABMgEAAGVwaXNvZGVfbGVuZ3Rocy5ucHlQSwUGAAAAAAMAAwC3AAAAwQEAAAAA';

function file(name: string, base64: string): string {
  const path = join(root, name);
  writeFileSync(path, Buffer.from(base64, 'base64'));
  return path;
}

for (const [name, base64] of [
  ['savez', SAVEZ],
  ['savez_compressed', SAVEZ_COMPRESSED],
] as const) {
  test(`what numpy.${name} wrote is read, with arrays renamed to columns`, () => {
    const path = file(`${name}.npz`, base64);
    expect(npz.detect(path)).toBe(true);
    const options = { columns: { pixels: 'observations', action: 'action' } };
    const source = npz.open({ format: 'npz', path, options });
    expect(source.spec).toEqual({
      env: name,
      columns: [
        { name: 'pixels', dtype: 'u8', shape: [2, 2, 1] },
        { name: 'action', dtype: 'f32', shape: [1] },
      ],
    });
    expect(source.episodes).toEqual([
      { row: 0, length: 3 },
      { row: 3, length: 2 },
    ]);
    expect([...source.read('pixels', 1, 2)]).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
    expect([...source.read('action', 0, 5)]).toEqual([0.5, -1, Number.NaN, 2, Number.NaN]);
    source.close();
    const plain = npz.open({ format: 'npz', path, options: { env: 'maze' } });
    expect([plain.spec.env, plain.spec.columns.map((c) => c.name).sort()]).toEqual([
      'maze',
      ['action', 'observations'],
    ]);
    plain.close();
  });
}

test('any changed byte of an array is an error that names file and array', () => {
  for (const base64 of [SAVEZ, SAVEZ_COMPRESSED]) {
    const bytes = Buffer.from(base64, 'base64');
    const path = join(root, 'flipped.npz');
    let found = 0;
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 0x10;
      writeFileSync(path, damaged);
      try {
        const source = npz.open({ format: 'npz', path });
        const read = [...source.read('observations', 0, 5), ...source.read('action', 0, 5)];
        source.close();
        // Bytes that carry nothing: times, versions, local copies of sizes.
        expect(read, `byte ${at}`).toEqual([...Array(20).keys(), 0.5, -1, Number.NaN, 2, Number.NaN]);
      } catch (error) {
        found++;
        expect((error as Error).message, `byte ${at}`).toContain('flipped.npz');
      }
    }
    expect(found).toBeGreaterThan(bytes.length / 2);
  }
});

test('a file cut at any length is refused', () => {
  const bytes = Buffer.from(SAVEZ, 'base64');
  const path = join(root, 'cut.npz');
  for (let length = 4; length < bytes.length; length += 7) {
    writeFileSync(path, bytes.subarray(0, length));
    expect(() => npz.open({ format: 'npz', path }), `${length} bytes`).toThrow(failure('corrupt'));
  }
});

/** An archive of ours with some arrays. */
function ours(name: string): string {
  const path = join(root, name);
  rmSync(path, { force: true });
  const writer = npz.create!({ format: 'npz', path }, TOY_SPEC);
  for (const episode of toyEpisodes([3, 2])) writer.append(episode);
  writer.close();
  return path;
}

test('a written file keeps the whole spec, and equal episodes give equal bytes', () => {
  const [a, b] = [ours('a.npz'), ours('b.npz')];
  expect(readFileSync(a)).toEqual(readFileSync(b));
  const source = npz.open({ format: 'npz', path: a });
  expect(source.spec).toEqual(TOY_SPEC);
  source.close();
  expect(() => npz.create!({ format: 'npz', path: a }, TOY_SPEC)).toThrow(/is there already/);
});

test('lengths that are missing, empty or do not sum to the rows are refused with what to do', () => {
  const path = file('l.npz', SAVEZ);
  const open = (options: Readonly<Record<string, unknown>>) => () => npz.open({ format: 'npz', path, options });
  expect(open({ lengths: 'ends' })).toThrow(/integer array 'ends'.*option lengths/);
  expect(open({ lengths: 'action' })).toThrow(/integer array 'action' of one dimension/);
  expect(open({ columns: { action: 'actions' } })).toThrow(/did you mean 'action'/);
  expect(open({ columns: { action: 'episode_lengths' } })).toThrow(/'action' is int64/);
  expect(open({ env: 7 })).toThrow(/must be names/);
  const writer = npz.create!({ format: 'npz', path: join(root, 'none.npz') }, TOY_SPEC);
  writer.close();
  expect(() => npz.open({ format: 'npz', path: join(root, 'none.npz') })).toThrow(/got no episodes/);
});

const python = ['python3', '/usr/bin/python3'].find((name) => {
  try {
    execFileSync(name, ['-c', 'import numpy'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

// Skipped where no Python with numpy is installed.
test.skipIf(python === undefined)('numpy reads what is written', () => {
  const path = ours('read.npz');
  const script = `
import numpy, sys, json
f = numpy.load(sys.argv[1])
print(json.dumps({n: [str(f[n].dtype), list(f[n].shape), float(numpy.nan_to_num(f[n]).sum())] for n in f.files if n != 'spec.json'}))`;
  const read = JSON.parse(execFileSync(python!, ['-c', script, path], { encoding: 'utf8' }));
  const sum = (name: string): number =>
    toyEpisodes([3, 2])
      .flatMap((episode) => Array.from(episode[name]!))
      .reduce((a, b) => a + (Number.isNaN(b) ? 0 : b), 0);
  expect(read).toEqual({
    pixels: ['uint8', [5, 2, 3, 1], sum('pixels')],
    action: ['float32', [5, 2], sum('action')],
    state: ['float32', [5, 1], sum('state')],
    label: ['int32', [5], sum('label')],
    episode_lengths: ['int32', [2], 5],
  });
  expect(existsSync(path)).toBe(true);
});

test('values that are not finite are refused where they are read, with episode and row', () => {
  const path = file('nan.npz', SAVEZ);
  const source = npz.open({ format: 'npz', path, options: { columns: { state: 'action' } } });
  expect(() => source.read('state', 0, 1)).toThrow(/column 'state' must be finite, got NaN in episode 0, row 2/);
  source.close();
});
