import type { Sum } from "./rollups.js";

/** The sums of one group, by family and name. */
export class Numbers {
  readonly #amounts = new Map<string, number>();

  add({ family, name, amount }: Pick<Sum, "family" | "name" | "amount">): void {
    this.#amounts.set(`${family} ${name}`, amount);
  }

  /** 0 where nothing was counted. */
  of(family: string, name: string): number {
    return this.#amounts.get(`${family} ${name}`) ?? 0;
  }

  /** Every name of a family. */
  everyName(family: string): string[] {
    const start = `${family} `;
    return [...this.#amounts.keys()].flatMap((key) => (key.startsWith(start) ? [key.slice(start.length)] : []));
  }

  /** Names that begin with `prefix/`, without the prefix, and their sums. */
  under(family: string, prefix: string): [name: string, amount: number][] {
    const start = `${family} ${prefix}/`;
    return [...this.#amounts].flatMap(([key, amount]) =>
      key.startsWith(start) ? [[key.slice(start.length), amount] as [string, number]] : [],
    );
  }
}

/** A share with four decimals; null = the whole is zero. */
export const share = (part: number, whole: number): number | null =>
  whole === 0 ? null : Number((part / whole).toFixed(4));

/** null = the count is zero. */
export const mean = (sum: number, count: number, decimals: number): number | null =>
  count === 0 ? null : Number((sum / count).toFixed(decimals));

const PER_DECADE = 10;

/**
 * The `q`-quantile of durations counted in buckets, in milliseconds; null = there are none. Interpolated within its
 * bucket (`time_bucket.sql`) in proportion to its rank there.
 */
export function quantileMs(buckets: readonly [name: string, count: number][], q: number): number | null {
  const sorted = buckets.map(([name, count]) => [Number(name), count] as const).sort(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return null;
  let below = 0;
  for (const [bucket, count] of sorted) {
    if (below + count >= q * total) {
      const within = (q * total - below) / count;
      return Math.round(10 ** ((bucket + within) / PER_DECADE));
    }
    below += count;
  }
  return null;
}
