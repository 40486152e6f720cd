import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Delivery } from "../api/answers.js";
import type { Problem } from "../api/problem.js";
import { answered, pagesOf } from "../api/query.js";
import type { WebhookCalls } from "../api/webhook-calls.js";

const AT_ONCE = 25;
/** While something is on its way, the list looks again after so long, until then. */
const LOOK_AGAIN_MS = 1_000;
const LOOK_FOR_MS = 15_000;

/** The log of a receiver, newest first; `watch()` follows what was just sent until it is settled. */
export function useDeliveries(api: WebhookCalls, id: string, status: Delivery["status"] | "") {
  const [refused, setRefused] = useState<Problem | null>(null);
  const [until, setUntil] = useState(0);
  const query = useInfiniteQuery({
    queryKey: ["webhook", id, "deliveries", status],
    queryFn: ({ pageParam: cursor }) => answered(() => api.deliveries(id, { status, limit: AT_ONCE, cursor }))(),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    refetchInterval: ({ state }) => {
      // One whose attempt is under way waits too: nothing tells it from one that is tried again later.
      const waits = state.data?.pages.some(({ data }) => data.some((one) => one.status === "pending")) ?? false;
      return waits && Date.now() < until ? LOOK_AGAIN_MS : false;
    },
    select: ({ pages }) => pages.flatMap(({ data }) => data),
    gcTime: 0,
  });
  const watch = async (): Promise<void> => {
    setUntil(Date.now() + LOOK_FOR_MS);
    await query.refetch();
  };
  const again = async (delivery: Delivery): Promise<boolean> => {
    const answer = await api.redeliver(delivery.id);
    setRefused(answer.type === "ok" ? null : answer);
    if (answer.type !== "ok") return false;
    await watch();
    return true;
  };
  const { shown, problem } = pagesOf(query);
  return { query, shown, problem: refused ?? problem, watch, again };
}
