import type { TriedStep, triedAgent, tryAgentBody } from "@parley/contracts";
import { part } from "./address.js";
import type { Caller } from "./call.js";

export type { TriedStep };
export type TriedAgent = (typeof triedAgent)["_output"];
export type TryBody = (typeof tryAgentBody)["_output"];

/** A step may call a model several times. */
const LONG_MS = 60_000;

/** Test conversations with an agent that nobody else sees. */
export const tryCalls = (call: Caller) => ({
  tryAgent: (agent: string, body: TryBody) =>
    call<TriedAgent>(`/agents/${part(agent)}/try`, { method: "POST", body, timeoutMs: LONG_MS }),
});
