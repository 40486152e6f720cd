import { z } from "zod";
import { rpc } from "../declare.js";
import { agentSecretBody, agentSecretView } from "../http/agent-secrets.js";
import { principal, repeatableRequest, replayable } from "./callers.js";

const text = z.string();

const ofAgent = { principal, agent: text };

/** The secrets of an agent by name, without their values. Editors and above. */
export const listAgentSecrets = rpc(
  "agents",
  "secrets",
  "agent-runner",
  z.object({ ...ofAgent, limit: z.number().int(), cursor: text.optional() }),
  z.object({ data: z.array(agentSecretView), nextCursor: text.nullable() }),
);

/** One of them. Editors and above. */
export const getAgentSecret = rpc(
  "agents",
  "secret",
  "agent-runner",
  z.object({ ...ofAgent, name: text }),
  z.object({ secret: agentSecretView }),
);

/** `create`: refused when the agent has one of this name; else it is replaced. Admins and above. */
export const setAgentSecret = rpc(
  "agents",
  "set_secret",
  "agent-runner",
  z.object({ ...ofAgent, name: text, create: z.boolean(), body: agentSecretBody, ...repeatableRequest }),
  z.object({ secret: agentSecretView, ...replayable }),
);

/** Admins and above. Idempotent by state: a second time it is `secret_not_found`. */
export const deleteAgentSecret = rpc(
  "agents",
  "delete_secret",
  "agent-runner",
  z.object({ ...ofAgent, name: text }),
  z.object({ deleted: z.literal(true) }),
);
