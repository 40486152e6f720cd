import type { InvalidateQueryFilters, QueryClient } from "@tanstack/react-query";

/**
 * Refetches the queries of `filters`. A first answer that is still pending may be older than the event, and would be taken for the new one
 * (the library cancels only a query that has data), so it is awaited first.
 */
export async function renew(client: QueryClient, filters: InvalidateQueryFilters): Promise<void> {
  const { refetchType, ...which } = filters;
  const first = client
    .getQueryCache()
    .findAll({ ...which, fetchStatus: "fetching", predicate: ({ state }) => state.data === undefined });
  await Promise.allSettled(first.map((query) => query.promise));
  await client.invalidateQueries(filters);
}
