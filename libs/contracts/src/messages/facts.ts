import { z } from "zod";
import { live, rpc } from "../declare.js";
import { presentPerson } from "../http/facts.js";

const uuid = z.uuid();

/** Running sessions of a tenant in which something happened within the last seconds; the newest 500. Access was checked when the stream was opened. */
export const recentSessions = rpc(
  "sessions",
  "recent",
  "sessions",
  z.object({ tenantId: uuid, seconds: z.number().int().min(1).max(60) }),
  z.object({
    data: z.array(
      z.object({
        sessionId: z.string(),
        agentId: uuid,
        linkId: uuid.nullable(),
        head: z.number().int(),
        at: z.string(),
      }),
    ),
  }),
);

/** Who looks at a session; from one gateway to all (key `gateways`), repeated while they do. `activity` null = they left. */
export const presenceTold = live(
  "gateway",
  "presence",
  z.object({
    tenantId: uuid,
    sessionId: z.string(),
    person: presentPerson.omit({ activity: true, since: true }),
    activity: presentPerson.shape.activity.nullable(),
  }),
);
