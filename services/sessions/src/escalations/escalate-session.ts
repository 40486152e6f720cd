import { type escalateSession, newId } from "@parley/contracts";
import type { z } from "zod";
import { accessRow } from "../access.js";
import { type EscalationDeps, tell } from "./escalation-deps.js";

/** Requests a human. Idempotent by state: a second request joins the open escalation and never takes it from its operator. */
export const escalateSessionHandler =
  (deps: EscalationDeps) =>
  async (input: z.output<typeof escalateSession.request>): Promise<z.input<typeof escalateSession.response>> => {
    const { access, source, reason, metadata } = input;
    const sender = { ...accessRow(access, deps.secrets), sends: true };
    const answer = await deps.escalations.escalate(sender, { id: newId(), source, reason, metadata });
    tell(deps, answer.session_id, answer.events);
    return { escalation: answer.escalation, joined: answer.joined };
  };
