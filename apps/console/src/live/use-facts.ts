import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { CallerOptions } from "../api/call.js";
import { type FactState, followFacts } from "./follow-facts.js";
import { createRefetcher } from "./refetch.js";
import { renew } from "./renew.js";

/**
 * Keeps all queries on the page up to date, by one stream for the whole console; the shell calls it once. The stream has no history: after
 * a reconnect everything on the page is refetched, so nothing that happened in between is missed.
 */
export function useFacts(caller: CallerOptions): FactState {
  const client = useQueryClient();
  const [state, setState] = useState<FactState>("connecting");
  useEffect(() => {
    const left = new AbortController();
    const refetcher = createRefetcher(client);
    void followFacts(caller, {
      signal: left.signal,
      onState: setState,
      onReady: (again) => void (again ? renew(client, {}) : undefined),
      onFact: (fact) => refetcher.touch(fact),
    });
    return () => {
      left.abort();
      refetcher.stop();
    };
  }, [client, caller]);
  return state;
}
