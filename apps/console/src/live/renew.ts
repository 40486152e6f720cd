import type { InvalidateQueryFilters, QueryClient } from "@tanstack/react-query";

/**
 * Fetches what `filters` name again. A first answer that is on its way may be older than what happened, and would be taken for the
 * new one (only a query that has data is cancelled by the library), so that is awaited before.
 */
export async function renew(client: QueryClient, filters: InvalidateQueryFilters): Promise<void> {
  const { refetchType, ...which } = filters;
  const first = client
    .getQueryCache()
    .findAll({ ...which, fetchStatus: "fetching", predicate: ({ state }) => state.data === undefined });
  await Promise.allSettled(first.map((query) => query.promise));
  await client.invalidateQueries(filters);
}
