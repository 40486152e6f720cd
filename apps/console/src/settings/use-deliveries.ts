import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Delivery } from "../api/answers.js";
import type { Api } from "../api/api.js";
import type { Problem } from "../api/problem.js";
import type { Loaded } from "../parts/use-load.js";

const AT_ONCE = 25;
/** While something is on its way, the list looks again after so long, this often. */
const LOOK_AGAIN_MS = 1_000;
const LOOKS = 15;

interface Shown {
  deliveries: Delivery[];
  nextCursor: string | null;
}

/** The log of a receiver, newest first; `watch()` follows what was just sent until it is settled. */
export function useDeliveries(api: Api, id: string, status: Delivery["status"] | "") {
  const [loaded, setLoaded] = useState<Loaded<Shown>>({ state: "loading" });
  const [problem, setProblem] = useState<Problem | null>(null);
  const newest = useRef(0);
  const timer = useRef(0);
  const watching = useRef(0);

  /** Null = overtaken by a later load, or failed. */
  const load = useCallback(async (): Promise<Delivery[] | null> => {
    newest.current += 1;
    const mine = newest.current;
    const answer = await api.deliveries(id, { status, limit: AT_ONCE });
    if (mine !== newest.current) return null;
    if (answer.type !== "ok") {
      setLoaded({ state: "failed", problem: answer });
      return null;
    }
    const { data, next_cursor: nextCursor } = answer.value;
    setLoaded({ state: "ready", value: { deliveries: data, nextCursor } });
    return data;
  }, [api, id, status]);

  const watch = useCallback(
    async (looks = LOOKS): Promise<void> => {
      clearTimeout(timer.current);
      watching.current += 1;
      const mine = watching.current;
      const found = await load();
      // One whose attempt is under way waits too: nothing tells it from one that is tried again later.
      const isSettled = found?.every((one) => one.status !== "pending") ?? false;
      if (mine !== watching.current || isSettled || looks <= 1) return;
      timer.current = window.setTimeout(() => void watch(looks - 1), LOOK_AGAIN_MS);
    },
    [load],
  );
  useEffect(() => {
    setLoaded({ state: "loading" });
    void load();
    return () => {
      newest.current += 1;
      watching.current += 1;
      clearTimeout(timer.current);
    };
  }, [load]);

  const more = async (): Promise<void> => {
    if (loaded.state !== "ready" || loaded.value.nextCursor === null) return;
    const { deliveries, nextCursor: cursor } = loaded.value;
    const mine = newest.current;
    const answer = await api.deliveries(id, { status, limit: AT_ONCE, cursor });
    if (mine !== newest.current) return;
    if (answer.type !== "ok") return setProblem(answer);
    setProblem(null);
    const value = { deliveries: [...deliveries, ...answer.value.data], nextCursor: answer.value.next_cursor };
    setLoaded({ state: "ready", value });
  };
  const again = async (delivery: Delivery): Promise<boolean> => {
    const answer = await api.redeliver(delivery.id);
    setProblem(answer.type === "ok" ? null : answer);
    if (answer.type !== "ok") return false;
    await watch();
    return true;
  };
  const reload = async (): Promise<void> => void (await load());
  return { loaded, problem, reload, watch, more, again };
}
