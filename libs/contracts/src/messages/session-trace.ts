import { z } from "zod";
import { rpc } from "../declare.js";
import { sessionTrace } from "../http/session-trace.js";
import { sessionAccess } from "./callers.js";

const count = z.number().int();

/** What happened in the turns of a session after `after`, oldest first. `totals` are those of the page. */
export const traceSession = rpc(
  "agents",
  "trace",
  "agent-runner",
  z.object({ access: sessionAccess, after: count, limit: count, prompts: z.boolean().default(false) }),
  sessionTrace,
  15_000,
);
