import type { sessionEscalations } from "@parley/contracts";
import type { z } from "zod";
import { accessRow } from "../access.js";
import type { EscalationDeps } from "./escalation-deps.js";

/** Every request for a human in one session, for whoever may read it. A read. */
export const sessionEscalationsHandler =
  ({ escalations, secrets }: EscalationDeps) =>
  async ({
    access,
  }: z.output<typeof sessionEscalations.request>): Promise<z.input<typeof sessionEscalations.response>> => ({
    data: await escalations.ofSession(accessRow(access, secrets)),
  });
