import { part, query } from "./address.js";
import type {
  AccessPolicy,
  AccessRequest,
  Analytics,
  BulkLinks,
  HostIdentity,
  IdentitySecret,
  LinkCreated,
  Page,
  People,
  PublicLink,
  SecurityEvent,
  Session,
  Snippets,
  Template,
} from "./answers.js";
import type { Caller } from "./call.js";

interface BulkBody {
  create?: Record<string, unknown>[];
  recipients?: { name: string; email?: string }[];
  deactivate?: string[];
}

/** The server needs up to a minute for 500 links. */
const BULK_TIMEOUT_MS = 70_000;

/** The calls for links beside creating, changing and deleting one. */
export function linkCalls(call: Caller) {
  const at = (agent: string, id: string): string => `/agents/${part(agent)}/public-links/${part(id)}`;
  const links = (agent: string): string => `/agents/${part(agent)}/public-links`;
  return {
    links: (agent: string, cursor?: string) =>
      call<Page<PublicLink>>(`${links(agent)}${query({ limit: "200", cursor })}`),
    link: (agent: string, id: string) => call<PublicLink>(`${links(agent)}/${part(id)}`),
    createLink: (agent: string, body: Record<string, unknown>, idempotencyKey: string) =>
      call<LinkCreated>(links(agent), { method: "POST", body, headers: { "idempotency-key": idempotencyKey } }),
    updateLink: (agent: string, id: string, body: Record<string, unknown>) =>
      call<PublicLink>(`${links(agent)}/${part(id)}`, { method: "PUT", body }),
    deleteLink: (agent: string, id: string) =>
      call<{ sessions_ended: number }>(`${links(agent)}/${part(id)}`, { method: "DELETE" }),
    templates: (cursor?: string) => call<Page<Template>>(`/link-templates${query({ limit: "200", cursor })}`),
    createTemplate: (body: Record<string, unknown>) => call<Template>("/link-templates", { method: "POST", body }),
    deleteTemplate: (id: string) => call(`/link-templates/${part(id)}`, { method: "DELETE" }),
    bulk: (agent: string, body: BulkBody, idempotencyKey: string) =>
      call<BulkLinks>(`/agents/${part(agent)}/public-links/bulk`, {
        method: "POST",
        body,
        headers: { "idempotency-key": idempotencyKey },
        timeoutMs: BULK_TIMEOUT_MS,
      }),
    embed: (agent: string, id: string) => call<Snippets>(`${at(agent, id)}/embed`),
    /** The QR code itself, as SVG. */
    qr: (agent: string, id: string) => call<string>(`${at(agent, id)}/qr.svg`, { format: "text" }),
    analytics: (agent: string, id: string, days: number) =>
      call<Analytics>(`${at(agent, id)}/analytics${query({ days: String(days) })}`),
    linkSessions: (agent: string, id: string, limit: number) =>
      call<Page<Session>>(`${at(agent, id)}/sessions${query({ limit: String(limit) })}`),
    hostIdentity: (agent: string, id: string) => call<HostIdentity>(`${at(agent, id)}/identity`),
    setHostIdentity: (agent: string, id: string, body: Record<string, unknown>) =>
      call<HostIdentity>(`${at(agent, id)}/identity`, { method: "PUT", body }),
    rotateIdentitySecret: (agent: string, id: string, idempotencyKey: string) =>
      call<IdentitySecret>(`${at(agent, id)}/identity/secret`, {
        method: "POST",
        headers: { "idempotency-key": idempotencyKey },
      }),
    deleteHostIdentity: (agent: string, id: string) => call(`${at(agent, id)}/identity`, { method: "DELETE" }),
    securityEvents: (link: string, days: number) =>
      call<Page<SecurityEvent>>(
        `/analytics/security-events${query({ link_id: link, days: String(days), limit: "50" })}`,
      ),
  };
}

/** Access to an agent, and the people behind it. */
export function accessCalls(call: Caller) {
  const at = (agent: string): string => `/agents/${part(agent)}`;
  return {
    accessPolicy: (agent: string) => call<AccessPolicy>(`${at(agent)}/access-policy`),
    setAccessPolicy: (agent: string, body: Record<string, unknown>) =>
      call<AccessPolicy>(`${at(agent)}/access-policy`, { method: "PUT", body }),
    people: (agent: string) => call<People>(`${at(agent)}/people`),
    setPeople: (agent: string, body: Record<string, unknown>) =>
      call<People>(`${at(agent)}/people`, { method: "PUT", body }),
    accessRequests: (agent: string, status: string) =>
      call<Page<AccessRequest>>(`${at(agent)}/access-requests${query({ status, limit: "100" })}`),
    decideAccess: (agent: string, id: string, decision: "approve" | "deny") =>
      call<AccessRequest>(`${at(agent)}/access-requests/${part(id)}/${decision}`, { method: "POST" }),
  };
}
