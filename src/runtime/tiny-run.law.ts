// A tiny program in a process of its own, in its main thread or (argument 'worker') in a worker thread; prints its result.

import { isMainThread, Worker } from 'node:worker_threads';
import { compile } from '../compile/index.ts';
import { input, mul } from '../tensor/index.ts';

async function run(): Promise<void> {
  const program = await compile({ y: mul(input('x', [2]), 2) });
  const { y } = await program.run({ inputs: { x: Float32Array.of(1, 2) } });
  console.log(`result ${[...y!].join()}`);
  await program.dispose();
}

if (isMainThread && process.argv[2] === 'worker') new Worker(new URL(import.meta.url));
else await run();
