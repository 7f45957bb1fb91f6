import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { JepaError } from '../../core/index.ts';
import { f32Tensor, toFloat32 } from './dtype.ts';
import { twinKey } from './json-keys.ts';
import type { SafeTensor } from './safe-tensor.ts';
import { parseSafetensors } from './safetensors.ts';
import { readSafetensors, writeSafetensors } from './safetensors-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'jepa-safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const parity = new URL('../../../parity/sigreg/', import.meta.url);

/** A file made by hand from a header object and data bytes, as the format's definition says. */
function file(header: unknown, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const out = new Uint8Array(8 + json.length + data.length);
  new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true);
  out.set(json, 8);
  out.set(data, 8 + json.length);
  return out;
}

function caught(action: () => unknown): JepaError {
  try {
    action();
  } catch (error) {
    if (error instanceof JepaError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('a file written by the Python library is read with the shapes its case lists', () => {
  const { tensors } = readSafetensors(new URL('tensors.safetensors', parity).pathname);
  const listed: Record<string, { shape: number[]; dtype: string }> = JSON.parse(
    readFileSync(new URL('case.json', parity), 'utf8'),
  ).tensors;
  expect([...tensors.keys()].sort()).toEqual(Object.keys(listed).sort());
  for (const [name, tensor] of tensors) {
    expect(tensor.shape, name).toEqual(listed[name]?.shape);
    expect(toFloat32(tensor).every(Number.isFinite), name).toBe(true);
  }
  const zeros = tensors.get('input.x.zeros');
  expect(zeros && toFloat32(zeros).every((x) => x === 0)).toBe(true);
});

test('what is written is read back, for any names, shapes, types and bytes', () => {
  const path = join(folder, 'any.safetensors');
  const tensor = fc
    .tuple(
      fc.constantFrom(['U8', 1] as const, ['F32', 4] as const, ['I64', 8] as const, ['F16', 2] as const),
      fc.array(fc.nat(4), { maxLength: 3 }),
      fc.infiniteStream(fc.nat(255)),
    )
    .map(([[dtype, width], shape, bytes]): SafeTensor => {
      const size = shape.reduce((a, b) => a * b, 1) * width;
      return { dtype, shape, data: Uint8Array.from({ length: size }, () => bytes.next().value ?? 0) };
    });
  const named = fc.uniqueArray(fc.tuple(fc.string(), tensor), { selector: ([name]) => name, maxLength: 6 });
  fc.assert(
    fc.property(named, fc.dictionary(fc.string(), fc.string()), (tensors, metadata) => {
      writeSafetensors(path, tensors, metadata);
      const back = readSafetensors(path);
      expect(new Map([...back.tensors].sort())).toEqual(new Map([...tensors].sort()));
      expect(back.metadata).toMatchObject(metadata);
    }),
    { numRuns: 50 },
  );
});

test('the data section starts at a multiple of 8 bytes and F32 is viewed without a copy', () => {
  const path = join(folder, 'aligned.safetensors');
  writeSafetensors(path, [
    ['bytes', { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) }],
    ['floats', f32Tensor([2], Float32Array.of(1.5, -2))],
  ]);
  const bytes = readFileSync(path);
  expect(Number(bytes.readBigUInt64LE(0)) % 8).toBe(0);
  const floats = readSafetensors(path).tensors.get('floats');
  expect(floats).toBeDefined();
  if (floats === undefined) return;
  expect(toFloat32(floats)).toEqual(Float32Array.of(1.5, -2));
  expect(toFloat32(floats).buffer).toBe(floats.data.buffer);
});

test('every element type converts to float32 by its definition', () => {
  const cases: readonly (readonly [SafeTensor['dtype'], readonly number[], number])[] = [
    ['F16', [0x00, 0x3c], 1],
    ['F16', [0x01, 0x00], 2 ** -24],
    ['F16', [0xff, 0xfb], -65504],
    ['F16', [0x00, 0x7c], Number.POSITIVE_INFINITY],
    ['F16', [0x00, 0x7e], Number.NaN],
    ['BF16', [0x49, 0xc0], -3.140625],
    ['F64', [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], 1.5],
    ['F32', [0, 0, 0xc0, 0xbf], -1.5],
    ['I64', [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], -2],
    ['U64', [0, 0, 0, 0, 1, 0, 0, 0], 2 ** 32],
    ['I32', [0xff, 0xff, 0xff, 0xff], -1],
    ['U32', [0, 0, 0, 0x80], 2 ** 31],
    ['I16', [0x00, 0x80], -32768],
    ['U16', [0x00, 0x80], 32768],
    ['I8', [0x80], -128],
    ['U8', [0x80], 128],
    ['BOOL', [1], 1],
  ];
  for (const [dtype, bytes, value] of cases) {
    const tensor = { dtype, shape: [1], data: Uint8Array.from([0, ...bytes]).subarray(1) };
    expect(toFloat32(tensor), dtype).toEqual(Float32Array.of(value));
  }
});

test('a truncated file is corrupt, at every length', () => {
  const path = join(folder, 'whole.safetensors');
  writeSafetensors(path, [['w', f32Tensor([2], Float32Array.of(1, 2))]]);
  const whole = readFileSync(path);
  for (let length = 0; length < whole.length; length++) {
    expect(caught(() => parseSafetensors(whole.subarray(0, length))).code, `${length} bytes`).toBe('corrupt');
  }
  const cut = join(folder, 'cut.safetensors');
  writeFileSync(cut, whole.subarray(0, whole.length - 1));
  const error = caught(() => readSafetensors(cut));
  expect(error.code).toBe('corrupt');
  expect(error.message).toContain(cut);
  expect(error.message).toContain("'w'");
});

test('one changed data byte is caught by the checksum', () => {
  const path = join(folder, 'flip.safetensors');
  writeSafetensors(path, [['w', f32Tensor([2], Float32Array.of(1, 2))]]);
  const bytes = readFileSync(path);
  bytes[bytes.length - 3]! ^= 1;
  writeFileSync(path, bytes);
  expect(caught(() => readSafetensors(path)).code).toBe('corrupt');
});

test('overlapping, gapped, short, overlong and surplus byte ranges are corrupt and name the tensor', () => {
  const f32 = (begin: number, end: number, shape = [1]) => ({ dtype: 'F32', shape, data_offsets: [begin, end] });
  const cases: readonly (readonly [unknown, number, RegExp])[] = [
    [{ a: f32(0, 4), b: f32(2, 6) }, 6, /'b'.*overlap/],
    [{ a: f32(0, 4), b: f32(8, 12) }, 12, /'b'.*4 bytes after/],
    [{ a: f32(0, 3) }, 3, /'a'.*needs 4 bytes/],
    [{ a: f32(0, 8) }, 8, /'a'.*needs 4 bytes/],
    [{ a: f32(4, 0) }, 4, /'a'/],
    [{ a: f32(0, 4) }, 5, /1 bytes follow/],
    [{ a: f32(0, 4, [-1]) }, 4, /'a'.*shape/],
    [{ a: { dtype: 'F32', shape: [1] } }, 4, /'a'.*data_offsets/],
    [{ a: 3 }, 0, /'a'/],
    [[], 0, /object/],
    [{ __metadata__: { k: 1 } }, 0, /'k'/],
  ];
  for (const [header, size, message] of cases) {
    const error = caught(() => parseSafetensors(file(header, new Uint8Array(size)), 'x.safetensors'));
    expect(error.code).toBe('corrupt');
    expect(error.message).toMatch(message);
    expect(error.message).toContain('x.safetensors');
  }
});

test('an absurd header length and a header that is not JSON are corrupt', () => {
  expect(caught(() => parseSafetensors(new Uint8Array(64).fill(255))).code).toBe('corrupt');
  const junk = file({});
  junk[8] = 0x28;
  expect(caught(() => parseSafetensors(junk)).code).toBe('corrupt');
});

/** A file made by hand from the text of its header. */
function fileOf(text: string, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(bytes.length), true);
  return Uint8Array.from([...length, ...bytes, ...data]);
}

test('a tensor, a field or a metadata key that stands twice is corrupt and named, however it is spelt', () => {
  const w = '{"dtype":"U8","shape":[1],"data_offsets":[0,1]}';
  const cases: [string, RegExp][] = [
    [`{"w":${w},"w":${w}}`, /the name 'w' twice/],
    [`{"w":${w},"\\u0077":${w}}`, /the name 'w' twice/],
    ['{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"shape":[1]}}', /the name 'shape' twice/],
    [`{"__metadata__":{"a":"1","a":"2"},"w":${w}}`, /the name 'a' twice/],
    [`{"__metadata__":{},"w":${w},"__metadata__":{}}`, /'__metadata__' twice/],
  ];
  for (const [text, message] of cases) {
    const error = caught(() => parseSafetensors(fileOf(text, Uint8Array.of(7))));
    expect([error.code, error.message]).toEqual(['corrupt', expect.stringMatching(message)]);
  }
  const tricky = String.raw`{"__metadata__":{"w":"\",\"w\":{","\\\\":"w"},"w":${w}}`;
  expect([...parseSafetensors(fileOf(tricky, Uint8Array.of(7))).tensors.keys()]).toEqual(['w']);
});

test('no name is found twice in what JSON.stringify writes, and any name that is put in again is', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (value, n) => {
      const text = JSON.stringify(value);
      expect(twinKey(text)).toBeUndefined();
      const keys = Object.keys(value);
      const name = keys[n % keys.length]!;
      expect(twinKey(`${text.slice(0, -1)},${JSON.stringify(name)}:0}`)).toBe(name);
    }),
  );
});

test('a file of another kind is named for what it is, with what to do', () => {
  const zip = (name: string) => `PK\x03\x04\x14\0\0\0\0\0${'\0'.repeat(20)}${name}`;
  const cases: [string, RegExp][] = [
    ['version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 5\n', /it is a Git LFS pointer.*git lfs pull/],
    ['<!doctype html><html><title>Sign in</title>', /it is an HTML page/],
    ['\n <HTML><body>404</body>', /it is an HTML page/],
    [zip('archive/data.pkl'), /a PyTorch checkpoint .*convert it with the safetensors library/],
    [zip('word/document.xml'), /a zip archive/],
    ['\x80\x02}q\x00.', /a Python pickle.*never loaded/],
    ['\x80\x04\x95\x05\0\0\0\0\0\0\0}\x94.', /a Python pickle/],
    ['\x1f\x8b\x08\0\0\0\0\0\0\x03', /gzip-compressed, not a safetensors file; unpack it/],
    ['\x89HDF\r\n\x1a\n\0\0', /an HDF5 file/],
    ['GGUF\x03\0\0\0\0', /a GGUF file/],
    ['{"error":"Entry not found"}', /JSON/],
  ];
  const path = join(folder, 'stranger.safetensors');
  for (const [text, message] of cases) {
    const bytes = new Uint8Array(Buffer.from(text, 'latin1'));
    writeFileSync(path, bytes);
    for (const error of [caught(() => parseSafetensors(bytes, 'x')), caught(() => readSafetensors(path))]) {
      expect([error.code, error.message], text).toEqual(['corrupt', expect.stringMatching(message)]);
    }
  }
});

test('longer headers and more tensors than the limits are refused before they are made, and read when allowed', () => {
  const empty = { dtype: 'U8', shape: [0], data_offsets: [0, 0] };
  const many = file(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`t${i}`, empty])));
  const error = caught(() => parseSafetensors(many, 'x', { tensors: 299 }));
  expect([error.code, error.message]).toEqual([
    'unsupported',
    expect.stringMatching(/300 tensors: above the limit tensors/),
  ]);
  expect(parseSafetensors(many, 'x', { tensors: 300 }).tensors.size).toBe(300);
  expect(caught(() => parseSafetensors(many, 'x', { headerBytes: 100 })).message).toMatch(/headerBytes of 100/);
});

test('two hundred thousand tensors are read', () => {
  const empty = { dtype: 'U8', shape: [0], data_offsets: [0, 0] };
  const many = file(Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`t${i}`, empty])));
  expect(parseSafetensors(many).tensors.size).toBe(200_000);
});

test('a shape whose product no number holds is corrupt', () => {
  const huge = { dtype: 'F32', shape: [2 ** 40, 2 ** 40], data_offsets: [0, 0] };
  expect(caught(() => parseSafetensors(file({ w: huge }))).message).toMatch(/more bytes than any file has/);
});

test.skipIf(process.platform === 'win32')('a folder, a pipe and a device are refused and do not block', () => {
  const pipe = join(folder, 'pipe.safetensors');
  execFileSync('sh', ['-c', 'mkfifo "$0"', pipe]);
  for (const [path, kind] of [
    [folder, /a folder/],
    [pipe, /a named pipe/],
    ['/dev/zero', /a device/],
  ] as const) {
    const error = caught(() => readSafetensors(path));
    expect([error.code, error.message]).toEqual(['data', expect.stringMatching(kind)]);
  }
});

test('an unknown element type is unsupported and named', () => {
  const bytes = file({ a: { dtype: 'F8_E4M3', shape: [1], data_offsets: [0, 1] } }, new Uint8Array(1));
  const error = caught(() => parseSafetensors(bytes));
  expect(error.code).toBe('unsupported');
  expect(error.message).toContain('F8_E4M3');
});

test('a duplicate name or a tensor whose bytes do not fit is refused, and the former file stays', () => {
  const path = join(folder, 'kept.safetensors');
  const w = f32Tensor([1], Float32Array.of(7));
  writeSafetensors(path, [['w', w]]);
  const before = readFileSync(path);
  expect(
    caught(() =>
      writeSafetensors(
        path,
        [...Array(2)].map(() => ['w', w] as const),
      ),
    ).code,
  ).toBe('usage');
  expect(caught(() => writeSafetensors(path, [['w', { ...w, shape: [2] }]])).code).toBe('shape');
  expect(readFileSync(path)).toEqual(before);
});

test('a file that is not there, or a folder that is not there, is an io error with the path', () => {
  const missing = join(folder, 'no', 'such.safetensors');
  for (const action of [() => readSafetensors(missing), () => writeSafetensors(missing, [])]) {
    const error = caught(action);
    expect(error.code).toBe('io');
    expect(error.message).toContain(missing);
  }
  expect(readdirSync(folder).filter((name) => name.includes('.tmp-'))).toEqual([]);
});
