export interface Spread {
  min: number;
  median: number;
  max: number;
}

/** The value below which `share` (0–1) of the numbers lie. NaN for none. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? Number.NaN;
  return low + (high - low) * (place - Math.floor(place));
}

export function spreadOf(numbers: readonly number[]): Spread {
  return { min: Math.min(...numbers), median: quantile(numbers, 0.5), max: Math.max(...numbers) };
}
