import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { CallerOptions } from "../api/call.js";
import { renew } from "./renew.js";
import { useFacts } from "./use-facts.js";

/** Draws nothing. The stream begins after the first page has asked for what it shows, so that is asked for once more when it stands. */
export function Facts({ caller }: { caller: CallerOptions }) {
  const client = useQueryClient();
  const state = useFacts(caller);
  const stood = useRef(false);
  useEffect(() => {
    if (state !== "live" || stood.current) return;
    stood.current = true;
    for (const noun of ["overview", "sessions", "session", "escalations", "escalation"])
      void renew(client, { queryKey: [noun] });
  }, [state, client]);
  return null;
}
