/** Delay before try number `attempt` (0 = first): doubling from `firstMs`, at most `maxMs`, half of it random. */
export function backoffMs(attempt: number, firstMs = 500, maxMs = 20_000): number {
  const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 10));
  return ceiling / 2 + Math.random() * (ceiling / 2);
}
