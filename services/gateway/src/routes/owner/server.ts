import { cachesDropped, devMail, getAgent, newId } from "@parley/contracts";
import { z } from "zod";
import { queryInteger, tenantQuery } from "../params.js";
import { ownerRoute } from "./owner-route.js";

/** How this gateway sees the caller: shows whether TRUSTED_PROXIES fits the proxies in front of it. */
const clientAddressRoute = ownerRoute({
  method: "GET",
  path: "/client-address",
  summary: "Get the address of the caller",
  answers: {
    200: z.object({
      client_address: z.string().describe("The client address used for limits and address lists of links"),
      connected_from: z
        .string()
        .describe("The peer of the connection: the caller, or the proxy in front of the gateway"),
      forwarded_for: z.string().nullable().describe("`X-Forwarded-For` as it arrived"),
    }),
  },
  handle: async ({ request }) => {
    const forwarded = request.headers["x-forwarded-for"];
    return {
      client_address: request.clientAddress,
      connected_from: request.socket.remoteAddress ?? "unknown",
      forwarded_for: forwarded === undefined ? null : String(forwarded),
    };
  },
});

/**
 * Drops what every replica has cached of an agent and its links, as a change through the API does: for data that was changed
 * without the API. May be repeated.
 */
const clearCachesRoute = ownerRoute({
  method: "POST",
  path: "/caches/clear",
  summary: "Clear caches",
  description: "Drops what gateways, sessions and runners cache about agents and links for some seconds.",
  role: "admin",
  body: z
    .strictObject({ agent: z.string().min(1).max(255).optional().describe("Id or name; absent = all agents") })
    .default({}),
  answers: { 200: z.object({ agent_id: z.uuid().nullable(), cleared: z.literal(true) }) },
  handle: async ({ principal, body: { agent } }, { bus }) => {
    const found = agent === undefined ? null : await bus.call(getAgent, { principal, agent });
    const agentId = found?.agent.id ?? null;
    const { tenantId } = principal;
    await bus.publish(cachesDropped, { tenantId, agentId }, { key: agentId ?? tenantId, msgId: newId() });
    return { agent_id: agentId, cleared: true as const };
  },
});

const text = z.string();

/** Mails stored because no mail server is configured, newest first; 404 where one is. */
const devMailRoute = ownerRoute({
  method: "GET",
  path: "/dev/mail",
  summary: "List the mails of the development mailbox",
  role: "admin",
  query: tenantQuery.extend({ limit: queryInteger(1, 200).default(50) }),
  answers: {
    200: z.object({ data: z.array(z.object({ id: text, to: text, subject: text, text, created_at: text })) }),
  },
  handle: async ({ principal, query: { limit } }, { bus }) => bus.call(devMail, { principal, limit }),
});

export const serverRoutes = [clientAddressRoute, clearCachesRoute, devMailRoute];
