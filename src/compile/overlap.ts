// Whether destinations of a run share memory with what it reads, or with each other. A runtime writes outputs while it still
// reads inputs, so the result would depend on the order of its work.

import { JepaError } from '../core/index.ts';
import type { HostTensor } from '../runtime/index.ts';

interface Span {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const spanOf = (name: string, { data }: HostTensor): Span => ({
  name,
  start: data.byteOffset,
  end: data.byteOffset + data.byteLength,
});

/**
 * Checks the memory of one run.
 *
 * @throws JepaError 'usage' when a destination overlaps a fed array or another destination, naming both.
 */
export function requireApart(
  program: string,
  feeds: Readonly<Record<string, HostTensor>>,
  destinations: Readonly<Record<string, HostTensor | null>>,
): void {
  const written = new Map<ArrayBufferLike, Span[]>();
  for (const [name, tensor] of Object.entries(destinations)) {
    if (tensor === null || tensor.data.length === 0) continue;
    const spans = written.get(tensor.data.buffer) ?? [];
    spans.push(spanOf(name, tensor));
    written.set(tensor.data.buffer, spans);
  }
  const refuse = (name: string, other: string): never => {
    throw new JepaError(
      'usage',
      `${program}: the destination of output '${name}' shares memory with ${other}; give it an array of its own`,
      { name },
    );
  };
  for (const spans of written.values()) {
    spans.sort((a, b) => a.start - b.start);
    for (const [i, { name, start }] of spans.entries()) {
      const before = spans[i - 1];
      if (before !== undefined && start < before.end) refuse(name, `the destination of output '${before.name}'`);
    }
  }
  for (const [name, tensor] of Object.entries(feeds)) {
    const { start, end } = spanOf(name, tensor);
    const hit = written.get(tensor.data.buffer)?.find((span) => span.start < end && start < span.end);
    if (hit !== undefined) refuse(hit.name, `what is fed as '${name}'`);
  }
}
