// The recent past of one environment, at the pace of the model: frames one action block apart, and the blocks executed
// between them. Frames inside a block are never looked at, so they are never stored.

/** Keeps the last `length` frames of block boundaries and the `length - 1` blocks between them. */
export interface History {
  /** Starts a block: stores the frame that `write` fills in, which is one block after the last one stored. */
  pushFrame(write: (out: Uint8Array) => void): void;
  /** Adds the block executed since the last frame; it becomes part of the context with the next frame. */
  pushBlock(block: Float32Array): void;
  /** Stored frames, oldest first; at most `length`. */
  readonly frames: readonly Uint8Array[];
  /** Stored blocks, oldest first; one fewer than frames once a frame follows each block. */
  readonly blocks: readonly Float32Array[];
  clear(): void;
}

/** An empty history of at most `length` frames of `frameSize` bytes. Buffers of dropped frames are reused. */
export function history(length: number, frameSize: number): History {
  const frames: Uint8Array[] = [];
  const blocks: Float32Array[] = [];
  return {
    frames,
    blocks,
    pushFrame(write) {
      const buffer = frames.length === length ? frames.shift()! : new Uint8Array(frameSize);
      write(buffer);
      frames.push(buffer);
      while (blocks.length > frames.length - 1) blocks.shift();
    },
    pushBlock(block) {
      blocks.push(Float32Array.from(block));
    },
    clear() {
      frames.length = 0;
      blocks.length = 0;
    },
  };
}
