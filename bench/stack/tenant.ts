import { createHash, createHmac } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Target } from "../load/jobs.js";
import { BENCH_AGENT } from "./agent.js";

/** A link admits 100 new sessions a minute from one address. */
const SESSIONS_PER_LINK = 90;

export interface Visitor {
  linkToken: string;
  sessionToken: string;
  sessionId: string;
}

export interface Tenant {
  tenantId: string;
  agentId: string;
  apiKey: string;
  ownerToken: string;
  makeLink(body?: Record<string, unknown>): Promise<string>;
  /** Opens visitor sessions on links with the full set of limits. */
  visitors(count: number): Promise<Visitor[]>;
  /** Opens sessions of the signed API, which have no message quota; answers their ids. */
  signedSessions(count: number): Promise<string[]>;
}

async function send(base: string, path: string, body: unknown, headers: Record<string, string>): Promise<unknown> {
  const text = JSON.stringify(body);
  const answer = await fetch(`${base}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: text,
    signal: AbortSignal.timeout(30_000),
  });
  if (!answer.ok) throw new Error(`POST ${path.slice(0, 40)}: ${answer.status} ${(await answer.text()).slice(0, 300)}`);
  return answer.json();
}

const sign = (key: string, path: string, body: unknown): Record<string, string> => {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const hash = createHash("sha256").update(JSON.stringify(body)).digest("hex");
  const signature = createHmac("sha256", key).update(`${timestamp}POST${path}${hash}`).digest("hex");
  return { "x-timestamp": timestamp, "x-signature": signature };
};

/** Services find each other over the bus a moment after they are ready. */
async function patiently<T>(action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (attempt === 40) throw error;
      await delay(100);
    }
  }
}

/** Makes a tenant with the bench agent through the API. */
export async function createTenant(base: string, apiKey: string): Promise<Tenant> {
  const body = { name: "Bench" };
  // Test equipment: documented answers of our own API.
  const made = (await patiently(() => send(base, "/api/tenants", body, sign(apiKey, "/api/tenants", body)))) as {
    id: string;
    admin_token: string;
  };
  const owner = { authorization: `Bearer ${made.admin_token}` };
  const imported = (await patiently(() =>
    send(base, "/api/agents/bench/import", { document: BENCH_AGENT, activate: true }, owner),
  )) as { agent_id: string };

  const makeLink = async (more: Record<string, unknown> = {}): Promise<string> => {
    const limits = { max_sessions: 10_000, max_messages_per_session: 1_000, rate_limit_per_minute: 100 };
    const link = { title: "Bench", expires_in_hours: 24, max_message_length: 10_000, ...limits, ...more };
    const answer = (await send(base, "/api/agents/bench/public-links", link, owner)) as { token: string };
    return answer.token;
  };
  return {
    tenantId: made.id,
    agentId: imported.agent_id,
    apiKey,
    ownerToken: made.admin_token,
    makeLink,
    async visitors(count) {
      const visitors: Visitor[] = [];
      let linkToken = "";
      for (let n = 0; n < count; n += 1) {
        if (n % SESSIONS_PER_LINK === 0) linkToken = await makeLink();
        const path = `/api/public/sessions/${linkToken}`;
        const opened = (await send(base, path, {}, {})) as { session_token: string; session_id: string };
        visitors.push({ linkToken, sessionToken: opened.session_token, sessionId: opened.session_id });
      }
      return visitors;
    },
    async signedSessions(count) {
      const ids: string[] = [];
      for (let n = 0; n < count; n += 1) {
        const wanted = { tenant_id: made.id, agent_id: imported.agent_id, metadata: { n, at: performance.now() } };
        const path = "/api/chat/sessions";
        const opened = (await send(base, path, wanted, sign(apiKey, path, wanted))) as { session_id: string };
        ids.push(opened.session_id);
      }
      return ids;
    },
  };
}

/** Messages of a visitor; each moves the session to the other place. */
export const visitorTarget = (
  base: string,
  { linkToken, sessionToken }: Visitor,
  more: { text?: string; stream?: boolean } = {},
): Target => ({
  url: `${base}/api/public/chat/${linkToken}`,
  method: "POST",
  headers: {
    authorization: `Bearer ${sessionToken}`,
    ...(more.stream ? { accept: "text/event-stream" } : {}),
  },
  bodies: [JSON.stringify({ message: more.text ?? "please move on, number {n}" })],
});

/** Messages of a trusted backend; they stay in one place, so that a session can continue forever. */
export const signedTarget = (base: string, tenant: Pick<Tenant, "apiKey">, sessionId: string): Target => ({
  url: `${base}/api/chat/sessions/${sessionId}/messages`,
  method: "POST",
  headers: {},
  bodies: [JSON.stringify({ content: "please answer, number {n}" })],
  signKey: tenant.apiKey,
});
