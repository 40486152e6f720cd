import { z } from "zod";
import { rpc } from "../declare.js";
import { triedAgent, tryAgentBody } from "../http/try.js";
import { principal } from "./callers.js";

/** Plays a conversation with a version or a document in memory. Nothing is stored, counted or sent to a person. */
export const tryAgent = rpc(
  "agents",
  "try",
  "agent-runner",
  z.object({ principal, agent: z.string(), given: tryAgentBody }),
  triedAgent,
  55_000,
);
