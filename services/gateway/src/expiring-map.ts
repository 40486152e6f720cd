interface Entry<V> {
  value: V;
  expiresAt: number;
}

/** A map with expiring entries and a bounded size: above it the oldest entry is dropped. */
export class ExpiringMap<K, V> {
  readonly #entries = new Map<K, Entry<V>>();

  constructor(readonly options: { ttlMs: number; maxEntries: number }) {}

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiresAt > performance.now()) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  set(key: K, value: V, ttlMs = this.options.ttlMs): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, expiresAt: performance.now() + ttlMs });
    const now = performance.now();
    // Entries are in insertion order, so expired ones are at the front.
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= this.options.maxEntries && entry.expiresAt > now) break;
      this.#entries.delete(oldest);
    }
  }

  deleteWhere(matches: (value: V) => boolean): void {
    for (const [key, entry] of this.#entries) if (matches(entry.value)) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  get size(): number {
    return this.#entries.size;
  }
}
