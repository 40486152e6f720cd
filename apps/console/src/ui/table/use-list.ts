import { type QueryKey, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useSyncExternalStore } from "react";
import { LIVE_PAGES } from "../../live/refetch.js";
import type { Refusal } from "../refusal.js";
import { refusalOf } from "../refusal.js";

/** A page of a list of the API. */
export interface ListPage<T> {
  data: T[];
  next_cursor: string | null;
}

/** The source of a table's rows. */
export interface RowSource<T> {
  rows: readonly T[];
  state: "loading" | "ready" | "refused";
  refusal: Refusal | null;
  hasMore: boolean;
  loadingMore: boolean;
  loadMore: () => void;
  retry: () => void;
  /** The list changed on the server and is too long to be refetched automatically. */
  outdated: boolean;
  /** Every row of this selection, page after page, for CSV; at most `CSV_ROWS`. */
  all: () => Promise<readonly T[]>;
}

export const CSV_ROWS = 10_000;
const NOTHING: readonly never[] = [];

interface ListOptions<T> {
  queryKey: QueryKey;
  /** Throws the refusal. */
  page: (cursor: string | undefined) => Promise<ListPage<T>>;
}

/** A list of the API, loaded page by page by its cursors, as the reader scrolls. */
export function useList<T>({ queryKey, page }: ListOptions<T>): RowSource<T> {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => page(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
  const invalidated = useInvalidated(queryKey);
  const { data, error, hasNextPage, isFetching, isFetchingNextPage, isPending } = query;
  const rows = useMemo(() => data?.pages.flatMap((one) => one.data) ?? NOTHING, [data]);
  return {
    rows,
    state: data !== undefined ? "ready" : isPending ? "loading" : "refused",
    refusal: error === null ? null : refusalOf(error),
    hasMore: hasNextPage,
    loadingMore: isFetchingNextPage,
    loadMore: () => void (hasNextPage && !isFetching ? query.fetchNextPage() : undefined),
    retry: () => void query.refetch(),
    outdated: invalidated && (data?.pages.length ?? 0) > LIVE_PAGES && !isFetching,
    all: () => everyRow(page),
  };
}

/** Whether a newer answer is known to exist. A query's own result does not distinguish that from a merely old answer. */
function useInvalidated(queryKey: QueryKey): boolean {
  const client = useQueryClient();
  const subscribe = useCallback((changed: () => void) => client.getQueryCache().subscribe(changed), [client]);
  return useSyncExternalStore(subscribe, () => client.getQueryState(queryKey)?.isInvalidated ?? false);
}

async function everyRow<T>(page: ListOptions<T>["page"]): Promise<readonly T[]> {
  const rows: T[] = [];
  let cursor: string | undefined;
  do {
    const { data, next_cursor } = await page(cursor);
    rows.push(...data);
    cursor = next_cursor ?? undefined;
  } while (cursor !== undefined && rows.length < CSV_ROWS);
  return rows.slice(0, CSV_ROWS);
}

/** Rows that are all loaded already. */
export function rowsHere<T>(rows: readonly T[]): RowSource<T> {
  const nothing = (): void => undefined;
  return {
    rows,
    ...{ state: "ready", refusal: null, hasMore: false, loadingMore: false, outdated: false },
    ...{ loadMore: nothing, retry: nothing, all: async () => rows },
  };
}
