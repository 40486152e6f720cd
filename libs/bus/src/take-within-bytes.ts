/** A message on the bus holds 1 MiB; this leaves room for the data around a page. */
const PAGE_BYTES = 700_000;

/**
 * As many of the first items as fit into one message; at least one, so that a caller who continues after the last one makes progress.
 * `taken`: bytes of other data in the same message.
 */
export function takeWithinBytes<T>(items: readonly T[], taken = 0): T[] {
  let bytes = taken;
  const end = items.findIndex((item) => {
    bytes += Buffer.byteLength(JSON.stringify(item));
    return bytes > PAGE_BYTES;
  });
  return end === -1 ? [...items] : items.slice(0, Math.max(1, end));
}
