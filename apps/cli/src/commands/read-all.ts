import type { Page, Transport } from "@parley/client";

const PAGE = 200;
/** A list longer than this is not for a terminal. */
const MAX_PAGES = 100;

/** All items of a paged list, at most `limit`. */
export async function readAll<T>(
  transport: Transport,
  list: { path: string; query?: Record<string, string | undefined>; limit?: number; signal: AbortSignal },
): Promise<T[]> {
  const { limit = PAGE * MAX_PAGES } = list;
  const items: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES && items.length < limit; page += 1) {
    const query = { ...list.query, limit: Math.min(PAGE, limit - items.length), cursor };
    const answer = await transport.json<Page<T>>({
      method: "GET",
      path: list.path,
      query,
      signal: list.signal,
    });
    items.push(...answer.data);
    if (answer.next_cursor === null) break;
    cursor = answer.next_cursor;
  }
  return items;
}
