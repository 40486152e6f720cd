/** A message on the bus holds 1 MiB. */
const MAX_PAGE_BYTES = 700_000;

/** As many of the first rows as fit into one answer, at least one: rows with long texts make a shorter page. */
export function takeWithinBytes<T>(rows: readonly T[]): T[] {
  let bytes = 0;
  const end = rows.findIndex((row) => {
    bytes += Buffer.byteLength(JSON.stringify(row));
    return bytes > MAX_PAGE_BYTES;
  });
  return end === -1 ? [...rows] : rows.slice(0, Math.max(1, end));
}
