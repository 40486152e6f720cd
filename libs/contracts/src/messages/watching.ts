import { z } from "zod";
import { rpc } from "../declare.js";
import { usage } from "../turns.js";
import { principal, sessionAccess } from "./callers.js";
import { readEvents, sessionView } from "./sessions.js";

/**
 * As `readEvents`, for owners who watch a session: a `turn` also carries `turn_number`, `latency_ms`, `previous_node`, `previous_node_name`,
 * `transitions`, `variables`, `usage` and `totals`, an `error` `usage` and `totals`. With `snapshot` also the session as it stands and what it has spent.
 */
export const watchSession = rpc(
  "sessions",
  "watch",
  "sessions",
  z.object({ access: sessionAccess, after: z.number().int(), limit: z.number().int(), snapshot: z.boolean() }),
  readEvents.response.extend({
    /** Null unless the snapshot was asked for. */
    session: sessionView.nullable(),
    totals: usage.nullable(),
  }),
);

/** Which session `operator` speaks in by this escalation. A read; throws as a reply would. */
export const holdsEscalation = rpc(
  "sessions",
  "holds_escalation",
  "sessions",
  z.object({ principal, id: z.uuid(), operator: z.string() }),
  z.object({ sessionId: z.string() }),
);
