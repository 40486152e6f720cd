import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { CallerOptions } from "../api/call.js";
import { renew } from "./renew.js";
import { useFacts } from "./use-facts.js";

/** Polling interval while the stream is down: waiting visitors must still be noticed. */
const FALLBACK_MS = 20_000;
const INBOX = ["escalations", "escalation"];

/** Renders nothing. The stream starts after the first page has fetched its data, which is refetched once the stream is open. */
export function Facts({ caller }: { caller: CallerOptions }) {
  const client = useQueryClient();
  const state = useFacts(caller);
  const stood = useRef(false);
  useEffect(() => {
    if (state !== "live" || stood.current) return;
    stood.current = true;
    for (const noun of ["overview", "sessions", "session", ...INBOX]) void renew(client, { queryKey: [noun] });
  }, [state, client]);
  useEffect(() => {
    if (state === "live") return;
    const asking = setInterval(() => {
      for (const noun of INBOX) void renew(client, { queryKey: [noun] });
    }, FALLBACK_MS);
    return () => clearInterval(asking);
  }, [state, client]);
  return null;
}
