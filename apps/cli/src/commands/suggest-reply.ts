import { newId } from "@parley/client";
import { EXIT, type Io } from "../io.js";
import { printJson, printLine } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";

/** A draft reply of the agent's model for the operator of the escalation. */
export async function suggestReply(io: Io, id: string, options: Globals): Promise<number> {
  const path = `/api/escalations/${encodeURIComponent(id)}/suggest`;
  const headers = { "idempotency-key": newId() };
  const call = { method: "POST" as const, path, body: {}, headers, signal: io.signal };
  const answer = await ownerTransport(io, options).json<{ suggestion: string }>(call);
  if (options.json) printJson(io, answer);
  else printLine(io, answer.suggestion);
  return EXIT.ok;
}
