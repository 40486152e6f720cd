import { part, query } from "./address.js";
import type { Caller } from "./api.js";
import * as links from "./link-models.js";
import { readPage, readSession } from "./models.js";
import { text } from "./reading.js";

export interface BulkBody {
  create?: Record<string, unknown>[];
  recipients?: { name: string; email?: string }[];
  deactivate?: string[];
}

/** The server takes up to a minute for 500 links. */
const BULK_TIMEOUT_MS = 70_000;

/** The calls around links beside making, changing and deleting one. */
export function linkCalls(call: Caller) {
  const at = (agent: string, id: string): string => `/agents/${part(agent)}/public-links/${part(id)}`;
  return {
    templates: (cursor?: string) =>
      call(`/link-templates${query({ limit: "200", cursor })}`, { read: readPage(links.readTemplate) }),
    createTemplate: (body: Record<string, unknown>) =>
      call("/link-templates", { method: "POST", body, read: links.readTemplate }),
    deleteTemplate: (id: string) => call(`/link-templates/${part(id)}`, { method: "DELETE", read: () => null }),
    bulk: (agent: string, body: BulkBody, idempotencyKey: string) =>
      call(`/agents/${part(agent)}/public-links/bulk`, {
        method: "POST",
        body,
        headers: { "idempotency-key": idempotencyKey },
        timeoutMs: BULK_TIMEOUT_MS,
        read: links.readBulk,
      }),
    embed: (agent: string, id: string) => call(`${at(agent, id)}/embed`, { read: links.readEmbed }),
    /** The picture itself, as SVG. */
    qr: (agent: string, id: string) => call(`${at(agent, id)}/qr.svg`, { format: "text", read: text }),
    analytics: (agent: string, id: string, days: number) =>
      call(`${at(agent, id)}/analytics${query({ days: String(days) })}`, { read: links.readAnalytics }),
    linkSessions: (agent: string, id: string, limit: number) =>
      call(`${at(agent, id)}/sessions${query({ limit: String(limit) })}`, { read: readPage(readSession) }),
    securityEvents: (link: string, days: number) =>
      call(`/analytics/security-events${query({ link_id: link, days: String(days), limit: "50" })}`, {
        read: readPage(links.readSecurityEvent),
      }),
  };
}

/** Who may come in to an agent, and the mailbox where codes arrive while no mail server is configured. */
export function accessCalls(call: Caller) {
  const at = (agent: string): string => `/agents/${part(agent)}`;
  return {
    accessPolicy: (agent: string) => call(`${at(agent)}/access-policy`, { read: links.readAccessPolicy }),
    setAccessPolicy: (agent: string, body: Record<string, unknown>) =>
      call(`${at(agent)}/access-policy`, { method: "PUT", body, read: links.readAccessPolicy }),
    accessRequests: (agent: string, status: string, cursor?: string) =>
      call(`${at(agent)}/access-requests${query({ status, limit: "100", cursor })}`, {
        read: readPage(links.readAccessRequest),
      }),
    decideAccess: (agent: string, id: string, decision: "approve" | "deny") =>
      call(`${at(agent)}/access-requests/${part(id)}/${decision}`, { method: "POST", read: links.readAccessRequest }),
    mails: (limit: number) => call(`/dev/mail${query({ limit: String(limit) })}`, { read: links.readMails }),
  };
}
