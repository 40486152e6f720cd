import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { refusalOf } from "./refusal.js";
import { Skeleton } from "./skeleton.js";
import { ErrorState, NoPermission } from "./states.js";

interface QueryViewProps<T> {
  query: Pick<UseQueryResult<T>, "data" | "error" | "isPending" | "refetch">;
  /** If given, and the answer is "empty" (an empty list, or what `isEmpty` says): shown instead of the children. */
  empty?: ReactNode;
  isEmpty?: (data: T) => boolean;
  /** Shown while the first answer is loading. */
  loading?: ReactNode;
  children: (data: T) => ReactNode;
}

/**
 * Shows a query in one of its states. An existing answer stays while a newer one is fetched or fails, so that a page never falls back to
 * placeholders.
 */
export function QueryView<T>({ query, empty, isEmpty = isEmptyList, loading, children }: QueryViewProps<T>) {
  if (query.data !== undefined) {
    return empty !== undefined && isEmpty(query.data) ? empty : children(query.data);
  }
  if (query.isPending) return loading ?? <Skeleton />;
  const refusal = refusalOf(query.error);
  return refusal.status === 403 ? (
    <NoPermission>{refusal.detail}</NoPermission>
  ) : (
    <ErrorState refusal={refusal} onRetry={() => void query.refetch()} />
  );
}

function isEmptyList(data: unknown): boolean {
  return Array.isArray(data) && data.length === 0;
}
