// Compiled programs by name, with the users of each counted: what is in use is never freed. Every cache of programs or
// sessions in this package is one of these.

/** The right to use a cached value until `release`. */
export interface Lease<V> {
  readonly value: V;
  /** A second lease of the same value, to be released by itself. */
  share(): Lease<V>;
  /** Gives the value back; giving it back twice is harmless. Resolves when what had to be freed is freed. */
  release(): Promise<void>;
}

/** Values by key, of which those least lately used are freed when they are too many and nobody uses them. */
export interface Cache<V> {
  /** Values held, those in the making included. */
  readonly size: number;
  /** The value of `key`, made when there is none. Callers at the same time share one; one that cannot be made is forgotten. */
  lease(key: string | symbol, make: () => Promise<V>): Promise<Lease<V>>;
  /** Runs `action` with the value of `key`, which is not freed before it ends. */
  use<R>(key: string | symbol, make: () => Promise<V>, action: (value: V) => R | Promise<R>): Promise<R>;
  /** Frees every value, those in use when their last user gives them back. The cache can be used again. */
  clear(): Promise<void>;
}

/** Options of `cache`. */
export interface CacheOptions<V> {
  /** Values kept that nobody uses. Values in use count too, but may be more. */
  readonly keep: number;
  readonly free: (value: V) => Promise<void>;
}

interface Entry<V> {
  readonly key: string | symbol;
  readonly pending: Promise<V>;
  users: number;
  /** Whether it has left the cache: freed when its last user goes. */
  gone: boolean;
  freed: Promise<void> | undefined;
}

/**
 * A cache of values that must be freed.
 *
 * @example
 * const programs = cache<Program>({ keep: 4, free: (program) => program.dispose() });
 * const y = await programs.use('8 images', () => compile(trace(8)), (program) => program.run({ inputs }));
 */
export function cache<V>({ keep, free }: CacheOptions<V>): Cache<V> {
  /** In order of use, the last used at the end. */
  const entries = new Map<string | symbol, Entry<V>>();

  const freeOnce = (entry: Entry<V>): Promise<void> => {
    entry.gone = true;
    if (entries.get(entry.key) === entry) entries.delete(entry.key);
    entry.freed ??= entry.pending.then(free);
    return entry.freed;
  };
  /** Frees the oldest idle values until there are few enough. */
  const settle = async (): Promise<void> => {
    const freed: Promise<void>[] = [];
    for (const entry of entries.values()) {
      if (entries.size <= keep) break;
      if (entry.users === 0) freed.push(freeOnce(entry));
    }
    await Promise.all(freed);
  };
  const hold = (entry: Entry<V>, value: V): Lease<V> => {
    let held = true;
    return {
      value,
      share() {
        entry.users++;
        return hold(entry, value);
      },
      async release() {
        if (!held) return;
        held = false;
        entry.users--;
        if (entry.users > 0) return;
        await (entry.gone ? freeOnce(entry) : settle());
      },
    };
  };

  const lease = async (key: string | symbol, make: () => Promise<V>): Promise<Lease<V>> => {
    const entry = entries.get(key) ?? { key, pending: make(), users: 0, gone: false, freed: undefined };
    entries.delete(key);
    entries.set(key, entry);
    entry.users++; // before waiting: another user may give it back meanwhile
    let value: V;
    try {
      value = await entry.pending;
    } catch (error) {
      if (entries.get(key) === entry) entries.delete(key);
      throw error;
    }
    await settle();
    return hold(entry, value);
  };

  return {
    get size() {
      return entries.size;
    },
    lease,
    async use(key, make, action) {
      const { value, release } = await lease(key, make);
      try {
        return await action(value);
      } finally {
        await release();
      }
    },
    async clear() {
      const all = [...entries.values()];
      entries.clear();
      for (const entry of all) entry.gone = true;
      await Promise.all(all.filter((entry) => entry.users === 0).map(freeOnce));
    },
  };
}
