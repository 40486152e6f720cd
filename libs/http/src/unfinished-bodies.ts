export interface UnfinishedBodies {
  /** Counts one for its client; `cut` is called when it is evicted. Returns the function that ends it; calling it twice is harmless. */
  hold(bucket: string, cut: () => void): () => void;
}

export interface UnfinishedBodyLimits {
  /** Of all clients together. */
  max: number;
  maxPerAddress: number;
  onCut(): void;
}

/**
 * The requests whose body is not complete. No request is refused: at a bound the oldest body of the client with the most bodies
 * is evicted. An honest body arrives within moments of its headers, so the oldest ones are those that never arrive, and an
 * honest client behind the same address is served.
 */
export function createUnfinishedBodies({ max, maxPerAddress, onCut }: UnfinishedBodyLimits): UnfinishedBodies {
  const byAddress = new Map<string, Set<() => void>>();
  let total = 0;

  function drop(bucket: string, own: Set<() => void>, cut: () => void): void {
    if (!own.delete(cut)) return;
    total -= 1;
    if (own.size === 0) byAddress.delete(bucket);
  }

  function cutOldest([bucket, own]: [string, Set<() => void>]): void {
    const [oldest] = own;
    if (oldest === undefined) return;
    drop(bucket, own, oldest);
    onCut();
    oldest();
  }

  /** At most `max` addresses are looked at, and only while the bound of all is reached. */
  function largest(): [string, Set<() => void>] | undefined {
    let found: [string, Set<() => void>] | undefined;
    for (const entry of byAddress) if (found === undefined || entry[1].size > found[1].size) found = entry;
    return found;
  }

  return {
    hold(bucket, cut) {
      const own = byAddress.get(bucket) ?? new Set();
      byAddress.set(bucket, own.add(cut));
      total += 1;
      const crowd = own.size > maxPerAddress ? ([bucket, own] satisfies [string, Set<() => void>]) : undefined;
      const tooMany = crowd ?? (total > max ? largest() : undefined);
      if (tooMany !== undefined) cutOldest(tooMany);
      return () => drop(bucket, own, cut);
    },
  };
}
