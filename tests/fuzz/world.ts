import { randomUUID } from "node:crypto";
import { type ApiClient, createBearerClient, eventually } from "@parley/testkit";
import type { Cluster } from "../cluster/cluster.js";
import { ECHO, ECHO_2 } from "../cluster/documents.js";
import { createLink, createTenant, importAgent, type MadeLink, type Tenant } from "../cluster/owner.js";
import type { Operation } from "./operations.js";

/** What stands for a place in the path of an operation, and whose session it speaks for. */
export interface Stage {
  place(name: string): string;
  sessionToken: string;
}

export interface World {
  tenant: Tenant;
  /** A fresh link and session for one operation, with the objects that all share. */
  stage(operation: Operation): Promise<Stage>;
}

type Made = Record<string, string>;

export const EMAIL = "ada@example.com";
/** Begun from the version that an agent of its own has live. */
export const DRAFT = { text: JSON.stringify(ECHO), base_version: 2 };
/** Words of the tenant's own for messages that bring links. */
export const TEMPLATE = { texts: { en: { subject: "Hello", message: "Come: {{link.url}}" } } };
const NOTE = { content: "Called back." };
export const SECRET = { value: "sk_live_4711", hosts: ["crm.example.com"] };
const LINK = {
  ...{ title: "Fuzz", max_sessions: 500, rate_limit_per_minute: 100, proof_of_work: "off" },
  file_uploads: { enabled: true, types: ["text/plain"] },
};

/** A tenant with one of everything that the API has an id for. */
export async function createWorld(cluster: Cluster): Promise<World> {
  const tenant = await createTenant(cluster, "Fuzz");
  const agentId = await importAgent(tenant, "echo", ECHO);
  await importAgent(tenant, "echo", ECHO_2);
  const make = async (path: string, body: object, field = "id"): Promise<string> => {
    const answer = await tenant.owner.call<Made>("POST", path, body);
    const id = answer.body[field];
    if (id === undefined) throw new Error(`nothing made at ${path}: ${answer.status} ${answer.text}`);
    return id;
  };
  const shared: Made = {
    webhooks: await make("/api/webhooks", { url: "https://hooks.example/parley", events: ["*"] }),
    template: await make("/api/link-templates", { name: "Mine" }),
    version: "1",
    other: "2",
  };
  const visitor = createBearerClient({ bases: cluster.gateways });
  const perOperation: Record<string, (agent: string) => Promise<string>> = {
    knowledge: (agent) => make(`/api/agents/${agent}/knowledge`, { name: "Hours", content: "Open from nine to five." }),
    keys: () => make("/api/keys", { name: "Shop" }),
    users: () => make("/api/users", { email: `${randomUUID()}@example.com`, role: "viewer" }),
    tokens: () => make("/api/tokens", { name: "Desk", role: "viewer" }),
    schedules: (agent) => make("/api/schedules", scheduleOf(agent)),
    "saved-replies": () => make("/api/saved-replies", { key: randomUUID().slice(0, 8), content: "Hello" }),
    alerts: () => make("/api/alerts", { kind: "failed_turns" }),
    suppressions: () => make("/api/suppressions", { address: `${randomUUID()}@example.com` }),
    erasures: () => make("/api/privacy/erasure", { email: `${randomUUID()}@example.com` }),
    deliveries: () => deliveryOf(tenant.owner, shared.webhooks ?? ""),
  };
  return {
    tenant,
    async stage({ path }) {
      if (path.startsWith("/api/chat/")) return signedStage(tenant, agentId, path);
      // Policies, names and documents of an agent change under the requests: each operation has one of its own.
      const agent = path.startsWith("/api/agents/{agent}") ? await ownAgent(tenant) : agentId;
      const link = await createLink(tenant, agent, LINK);
      const session = await visit(visitor, link, /^\/api\/escalations\/|^\/chat\/.*\/(assign|resolve)$/.test(path));
      const before = (name: string) => path.split("/")[path.split("/").indexOf(`{${name}}`) - 1] ?? "";
      const kind = before("id");
      // A request before may have switched it off: chance must not say whether it can be tried.
      if (path.startsWith("/api/webhooks/"))
        await tenant.owner.call("PATCH", `/api/webhooks/${shared.webhooks}`, { is_active: true });
      const made = await perOperation[kind]?.(agent);
      if (path.includes("/drafts/me")) await tenant.owner.call("PUT", `/api/agents/${agent}/drafts/me`, DRAFT);
      if (path.includes("{secret}")) await make(`/api/agents/${agent}/secrets`, { name: "crm", ...SECRET }, "name");
      if (path.includes("{email}"))
        await tenant.owner.call("PUT", `/api/agents/${agent}/memory/${EMAIL}`, { notes: "Prefers mornings." });
      if (path.endsWith("/review"))
        await tenant.owner.call("PUT", `/api/sessions/${session.sessionId}/review`, { verdict: "good" });
      const name = `t${randomUUID()}`;
      if (path.includes("/message-templates/"))
        await tenant.owner.call("PUT", `/api/message-templates/${name}`, TEMPLATE);
      const note = path.includes("{note}") ? await make(`/api/sessions/${session.sessionId}/notes`, NOTE) : undefined;
      const delivery = path.includes("{delivery}") ? await sendOf(tenant.owner, agent, link.id) : undefined;
      const escalation = kind === "escalations" ? await escalationOf(tenant.owner, session.sessionId) : undefined;
      const own: Made = {
        agent,
        token: link.token,
        turn_id: session.turnId,
        message_id: session.messageId,
        file_id: session.fileId,
        link: link.token,
        conversation_id: session.sessionId,
        user_id: session.userId,
        email: EMAIL,
        secret: "crm",
        revision: "1",
        kind: "sessions",
        ...(path.includes("/message-templates/") && { name }),
        ...(note !== undefined && { note }),
        ...(delivery !== undefined && { delivery }),
      };
      const ids: Made = { sessions: session.sessionId, "public-links": link.id };
      return {
        sessionToken: session.sessionToken,
        place: (name) =>
          (name === "id" ? (escalation ?? made ?? ids[kind] ?? shared[kind]) : (own[name] ?? shared[name])) ??
          randomUUID(),
      };
    },
  };
}

/** Two versions of a document under a name of its own. Answers the id, which outlives the name. */
async function ownAgent(tenant: Tenant): Promise<string> {
  const slug = `fuzz-${randomUUID()}`;
  await importAgent(tenant, slug, ECHO);
  return importAgent(tenant, slug, ECHO_2);
}

async function signedStage(tenant: Tenant, agentId: string, path: string): Promise<Stage> {
  const opened = await tenant.signed.call<{ session_id: string }>("POST", "/api/chat/sessions", {
    // Never the same twice: an equal signed request within a second is a replay, of a session that an operation before may have ended.
    ...{ tenant_id: tenant.id, agent_id: agentId, metadata: { path, of: randomUUID() } },
  });
  const id = opened.body.session_id;
  const sent = await tenant.signed.call<{ turn_id: string }>("POST", `/api/chat/sessions/${id}/messages`, {
    content: "Hi",
  });
  if (sent.status !== 200) throw new Error(`no turn for ${path}: ${sent.status} ${sent.text}`);
  const ids: Made = { id, agent: agentId, turn_id: sent.body.turn_id };
  return { sessionToken: "", place: (name) => ids[name] ?? randomUUID() };
}

async function visit(visitor: ApiClient, link: MadeLink, escalated: boolean) {
  const opened = await visitor.call<{ session_token: string; session_id: string }>(
    ...(["POST", `/api/public/sessions/${link.token}`, {}] as const),
  );
  const { session_token: sessionToken, session_id: sessionId } = opened.body;
  const headers = { authorization: `Bearer ${sessionToken}` };
  const as = { headers };
  const chat = { message: "Hello", client_message_id: randomUUID() };
  const said = await visitor.call<{ turn_id: string }>("POST", `/api/public/chat/${link.token}`, chat, as);
  if (said.status !== 200) throw new Error(`no answer: ${said.status} ${said.text}`);
  const history = await visitor.call<{ data: { id: string; role: string }[] }>(
    ...(["GET", `/api/public/history/${link.token}`, undefined, as] as const),
  );
  const messageId = history.body.data.find(({ role }) => role === "assistant")?.id ?? randomUUID();
  const channel = await visitor.call<{ user_id: string }>("POST", "/chat/conversations", { link: link.token }, as);
  if (escalated) await visitor.call("POST", `/api/public/escalate/${link.token}`, { reason: "Please" }, as);
  return {
    sessionToken,
    sessionId,
    turnId: said.body.turn_id,
    messageId,
    fileId: randomUUID(),
    userId: channel.body.user_id,
  };
}

async function escalationOf(owner: ApiClient, sessionId: string): Promise<string> {
  const id = await eventually(async () => {
    const list = await owner.call<{ data: { id: string }[] }>("GET", `/api/escalations?session_id=${sessionId}`);
    const [first] = list.body.data;
    if (first === undefined) throw new Error("no escalation yet");
    return first.id;
  });
  await owner.call("POST", `/api/escalations/${id}/assign`, {});
  return id;
}

/** What a schedule is made of. */
export const scheduleOf = (agent: string): object => ({
  ...{ cron: "@yearly", timezone: "UTC", action: "create_and_send_temp_chat_link" },
  parameters: { agent, channel: "email", recipients: [EMAIL] },
});

async function sendOf(owner: ApiClient, agent: string, link: string): Promise<string> {
  const body = { channel: "email", recipients: [`${randomUUID()}@example.com`] };
  const at = `/api/agents/${agent}/public-links/${link}/send`;
  const sent = await owner.call<{ delivery_id: string }>("POST", at, body);
  if (sent.status !== 202) throw new Error(`not sent: ${sent.status} ${sent.text}`);
  return sent.body.delivery_id;
}

async function deliveryOf(owner: ApiClient, webhookId: string): Promise<string> {
  await owner.call("POST", `/api/webhooks/${webhookId}/test`);
  return eventually(async () => {
    const list = await owner.call<{ data: { id: string }[] }>("GET", `/api/webhooks/${webhookId}/deliveries`);
    const [first] = list.body.data;
    if (first === undefined) throw new Error("no delivery yet");
    return first.id;
  });
}
