import { z } from "zod";
import { rpc } from "../declare.js";
import { replaySessionBody, sessionReplay } from "../http/session-replay.js";
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

/** Says what a visitor said to a version or a document once more, and compares. Nothing is stored, counted or sent to a person. */
export const replaySession = rpc(
  "agents",
  "replay_session",
  "agent-runner",
  z.object({ principal, sessionId: z.string(), given: replaySessionBody }),
  sessionReplay,
  55_000,
);
