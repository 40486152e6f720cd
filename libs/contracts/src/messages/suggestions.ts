import { z } from "zod";
import { rpc } from "../declare.js";
import { suggestedReply } from "../http/suggestions.js";
import { principal, repeatableRequest, replayable } from "./callers.js";

/**
 * What the model of a session's agent would write in the place of the operator who has the escalation. Keeps nothing but the answer of a
 * request with a key, and charges the budget of the session's link. Throws as `replyEscalation`, and `budget_…`, `model_…`.
 */
export const suggestReply = rpc(
  "agents",
  "suggest_reply",
  "agent-runner",
  z.object({ principal, id: z.uuid(), operator: z.string(), ...repeatableRequest }),
  suggestedReply.extend(replayable),
  30_000,
);
