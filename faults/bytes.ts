// Files that announce, or unpack to, what no machine has, and files that contradict themselves, as bytes.

import { crc32, deflateSync } from 'node:zlib';

const text = (value: string): Buffer => Buffer.from(value, 'latin1');

/** A safetensors file with this header and this many bytes of tensors; `announced` is the length that its first bytes say. */
export function safetensors(header: string, bytes = 0, announced: number | bigint = Buffer.byteLength(header)): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(announced));
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(bytes)]);
}

const f32 = (shape: readonly number[], from: number, to: number): string =>
  `{"dtype":"F32","shape":[${shape}],"data_offsets":[${from},${to}]}`;

/** Safetensors files that nobody should believe. */
export const SAFETENSORS: Readonly<Record<string, () => Buffer>> = {
  'a header of 2^63 bytes': () => safetensors('{}', 0, 2n ** 63n),
  'a header of 99 MB that is not there': () => safetensors('{}', 0, 99_000_000),
  'a header longer than the file by one': () => safetensors('{}', 0, 3),
  'a name twice': () => safetensors(`{"a":${f32([1], 0, 4)},"a":${f32([1], 0, 4)}}`, 4),
  'tensors on top of each other': () => safetensors(`{"a":${f32([2], 0, 8)},"b":${f32([2], 4, 12)}}`, 12),
  'a hole between tensors': () => safetensors(`{"a":${f32([1], 0, 4)},"b":${f32([1], 8, 12)}}`, 12),
  'a tensor behind the end': () => safetensors(`{"a":${f32([1000], 0, 4000)}}`, 4),
  'offsets below zero': () => safetensors(`{"a":${f32([1], -4, 0)}}`, 4),
  'offsets the wrong way round': () => safetensors(`{"a":${f32([1], 4, 0)}}`, 4),
  'a shape whose product overflows': () => safetensors(`{"a":${f32([4294967296, 4294967296, 2], 0, 4)}}`, 4),
  'a shape of 1e308': () => safetensors('{"a":{"dtype":"F32","shape":[1e308],"data_offsets":[0,4]}}', 4),
  '200,000 tensors on one place': () =>
    safetensors(`{${Array.from({ length: 200_000 }, (_, i) => `"t${i}":${f32([1], 0, 4)}`).join(',')}}`, 4),
  'a header nested 100,000 deep': () => safetensors(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
  'a header that is a list': () => safetensors('[1,2,3]'),
  'a header that is null': () => safetensors('null'),
  'a tensor that is null': () => safetensors('{"a":null}'),
  'an unknown dtype': () => safetensors('{"a":{"dtype":"__proto__","shape":[1],"data_offsets":[0,4]}}', 4),
  'metadata that is no text': () => safetensors('{"__metadata__":{"a":{"b":1}}}'),
  'a name with a terminal escape, and a hole': () => safetensors(`{"\\u001b[2J\\u0007":${f32([1], 8, 12)}}`, 12),
  'no byte': () => Buffer.alloc(0),
  'seven bytes': () => Buffer.alloc(7),
};

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([text(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

function png(width: number, height: number, pixels: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const parts = [chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([text('\x89PNG\r\n\x1a\n'), ...parts]);
}

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);

/** A JPEG of this size whose scans hold nothing. */
function jpeg(width: number, height: number, scans: number): Buffer {
  const frame = Buffer.concat([text('\xff\xc2\0\x0b\x08'), u16(height), u16(width), text('\x01\x01\x11\0')]);
  const scan = text('\xff\xda\0\x08\x01\x01\0\0\0\0\0');
  const table = Buffer.concat([text('\xff\xdb\0\x43\0'), Buffer.alloc(64, 1)]);
  return Buffer.concat([
    text('\xff\xd8'),
    table,
    frame,
    ...Array.from({ length: scans }, () => scan),
    text('\xff\xd9'),
  ]);
}

function webp(width: number, height: number): Buffer {
  const bits = Buffer.alloc(4);
  bits.writeUInt32LE(((width - 1) | ((height - 1) << 14)) >>> 0);
  const data = Buffer.concat([text('\x2f'), bits, Buffer.alloc(5)]);
  const [size, length] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32LE(data.length);
  size.writeUInt32LE(12 + data.length);
  return Buffer.concat([text('RIFF'), size, text('WEBPVP8L'), length, data]);
}

/** Pictures that are bombs, by the name of their file. */
export const PICTURES: Readonly<Record<string, () => Buffer>> = {
  'wide.png': () => png(2 ** 31 - 1, 2 ** 31 - 1, deflateSync(Buffer.alloc(100))),
  'unpacks to 256 MB.png': () => png(32, 32, deflateSync(Buffer.alloc(2 ** 28))),
  'no rows.png': () => png(32, 32, deflateSync(Buffer.alloc(0))),
  'no width.png': () => png(0, 32, deflateSync(Buffer.alloc(100))),
  'wide.jpg': () => jpeg(65535, 65535, 1),
  'many scans.jpg': () => jpeg(4000, 4000, 5000),
  'nothing.jpg': () => jpeg(32, 32, 0),
  'wide.webp': () => webp(16384, 16384),
  'torn.webp': () => webp(32, 32).subarray(0, 18),
  'another kind.png': () => jpeg(32, 32, 1),
};

/** A Parquet file with this footer, whose length is announced as `announced`. */
export function parquet(footer: Uint8Array, announced: number = footer.length): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(announced);
  return Buffer.concat([text('PAR1'), footer, length, text('PAR1')]);
}

/** Parquet files that nobody should believe. */
export const PARQUETS: Readonly<Record<string, () => Buffer>> = {
  'a footer of 4 GB': () => parquet(Buffer.alloc(10), 2 ** 32 - 1),
  'a footer of nothing': () => parquet(Buffer.alloc(0)),
  'a footer of zeros': () => parquet(Buffer.alloc(1000)),
  'a footer of ones': () => parquet(Buffer.alloc(1000, 255)),
  // Thrift's compact form: field 2 is a list of structures, announced to have 2^31 of them.
  'a footer with a list of 2^31': () => parquet(Buffer.from([0x15, 2, 0x19, 0xfc, 255, 255, 255, 255, 7])),
  'structures nested 100,000 deep': () => parquet(Buffer.alloc(100_000, 0x1c)),
  'no end': () => text('PAR1'),
};

/** A zip archive with one stored entry; `size` is what it says it holds. */
function zip(name: string, data: Uint8Array, size: number = data.length, count = 1): Buffer {
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt32LE(crc32(data), 14);
  local.writeUInt32LE(size >>> 0, 18);
  local.writeUInt32LE(size >>> 0, 22);
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt32LE(crc32(data), 16);
  central.writeUInt32LE(size >>> 0, 20);
  central.writeUInt32LE(size >>> 0, 24);
  central.writeUInt16LE(name.length, 28);
  const at = local.length + name.length + data.length;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(central.length + name.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([local, text(name), data, central, text(name), end]);
}

function npy(header: string): Buffer {
  return Buffer.concat([text('\x93NUMPY\x01\0'), Buffer.from([header.length & 255, header.length >> 8]), text(header)]);
}

/** NPZ files that nobody should believe. */
export const NPZS: Readonly<Record<string, () => Buffer>> = {
  'an entry of 4 GB': () => zip('action.npy', Buffer.alloc(10), 2 ** 32 - 2),
  '65,534 entries of which one is there': () => zip('action.npy', npy("{'descr': '<f4'}"), undefined, 65534),
  'an array of 1e15 numbers': () =>
    zip('action.npy', npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000000,), }\n")),
  'an array of a shape that overflows': () =>
    zip('action.npy', npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 9), }\n")),
  'an array of Python objects': () =>
    zip('action.npy', npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n")),
  'a header of code': () => zip('action.npy', npy('__import__("os").system("touch /tmp/owned")\n')),
  'a name that leads elsewhere': () => zip('../../action.npy', npy('{}')),
  'an escape in a name': () => zip('\x1b[2J.npy', npy('{}')),
  'no end': () => zip('action.npy', npy('{}')).subarray(0, 40),
};

const deep = (n: number): string => `${'{"a":'.repeat(n)}1${'}'.repeat(n)}`;

/** JSON that is legal and yet hostile. */
export const JSONS: Readonly<Record<string, () => string>> = {
  'nested 200,000 deep': () => deep(200_000),
  'lists nested 200,000 deep': () => `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
  'a list of 2,000,000 numbers': () => `[${'1,'.repeat(1_999_999)}1]`,
  'an object of 300,000 names': () => `{${Array.from({ length: 300_000 }, (_, i) => `"k${i}":1e308`).join(',')}}`,
  'a prototype': () => '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  '1e999': () => '1e999',
  null: () => 'null',
  'a text': () => '"x"',
};
