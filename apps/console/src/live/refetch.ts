import type { Query, QueryClient } from "@tanstack/react-query";
import { matchQuery } from "@tanstack/react-query";
import { type Fact, keysOf } from "./fact-keys.js";
import { renew } from "./renew.js";

const EVERY_MS = 1_000;

/** A list of more pages is not refetched by itself: its table says that it changed, and offers to. */
export const LIVE_PAGES = 5;

interface Refetcher {
  touch(fact: Fact): void;
  stop(): void;
}

/**
 * Refetches the mounted queries that an event concerns, each at most once a second: immediately when the last time is longer ago, else when
 * the second is over. Unmounted queries are only marked as stale.
 */
export function createRefetcher(client: QueryClient): Refetcher {
  const last = new Map<string, number>();
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();

  const refetch = (query: Query): void => {
    waiting.delete(query.queryHash);
    last.set(query.queryHash, performance.now());
    const refetchType = pagesOf(query) > LIVE_PAGES ? "none" : "active";
    void renew(client, { queryKey: query.queryKey, exact: true, refetchType });
  };
  const touchQuery = (query: Query): void => {
    if (waiting.has(query.queryHash)) return;
    const due = (last.get(query.queryHash) ?? Number.NEGATIVE_INFINITY) + EVERY_MS - performance.now();
    if (due <= 0) refetch(query);
    else
      waiting.set(
        query.queryHash,
        setTimeout(() => refetch(query), due),
      );
  };
  return {
    touch: (fact) => {
      // Presence is returned with the viewers' heartbeats, in no query.
      if (fact.type === "session.presence") return;
      const keys = keysOf(fact);
      for (const query of client.getQueryCache().getAll()) {
        if (shows(query, fact.sessionId) || keys.some((queryKey) => matchQuery({ queryKey }, query))) touchQuery(query);
      }
    },
    stop: () => {
      for (const timer of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}

function shows({ meta, state }: Query, sessionId: string | null): boolean {
  if (meta?.sessionsIn === undefined || sessionId === null) return false;
  // The content of a first answer is not known yet: it may be this session.
  if (state.data === undefined) return state.fetchStatus === "fetching";
  return meta.sessionsIn(state.data as never).includes(sessionId);
}

function pagesOf(query: Query): number {
  const data: unknown = query.state.data;
  return typeof data === "object" && data !== null && "pages" in data && Array.isArray(data.pages)
    ? data.pages.length
    : 1;
}
