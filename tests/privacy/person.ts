import { randomBytes } from "node:crypto";
import { type ApiClient, createBearerClient, eventually, followEvents, type HttpAnswer } from "@parley/testkit";
import type { Cluster } from "../cluster/cluster.js";
import { createLink, type MadeLink, type Tenant } from "../cluster/owner.js";

/** Recognisable, and nothing a random text holds. */
export const newWord = (): string => `heron${randomBytes(9).toString("hex")}`;

export const ok = <Body>(answer: HttpAnswer<Body>, ...statuses: number[]): HttpAnswer<Body> => {
  if (!statuses.includes(answer.status)) throw new Error(`${answer.status} ${answer.text}`);
  return answer;
};

/** Somebody with an address and a word that is in everything they say, send and give. */
export interface Person {
  word: string;
  email: string;
}

export const newPerson = (): Person => {
  const word = newWord();
  return { word, email: `${word}@example.com` };
};

/** A link for one person, by name: its owner has written the address into it, too. */
export const linkFor = (tenant: Tenant, { email }: Person): Promise<MadeLink> =>
  createLink(tenant, "echo", {
    ...{ title: "Door", max_sessions: 10, rate_limit_per_minute: 100, proof_of_work: "off", require_email: true },
    ...{ file_uploads: { enabled: true, types: ["text/plain"] } },
    ...{ recipient: { email, name: "Ada" }, metadata: { for: email } },
  });

/** Confirms the address with the code from the mailbox; answers the session's token. */
export async function confirmed(cluster: Cluster, tenant: Tenant, link: MadeLink, { email }: Person): Promise<string> {
  const anyone = createBearerClient({ bases: cluster.gateways });
  const ask = { token: link.token, email };
  const asked = ok(await anyone.call<{ request_id: string }>("POST", "/api/public/verify/request", ask), 200);
  const code = await eventually(
    async () => {
      const mail = await tenant.owner.call<{ data: { to: string; text: string }[] }>("GET", "/api/dev/mail");
      const found = mail.body.data.find(({ to }) => to === email)?.text.match(/\b\d{6}\b/)?.[0];
      if (found === undefined) throw new Error("no mail yet");
      return found;
    },
    { timeoutMs: 20_000 },
  );
  const confirm = { ...ask, code, request_id: asked.body.request_id };
  const answer = await anyone.call<{ session_token: string }>("POST", "/api/public/verify/confirm", confirm);
  return ok(answer, 200).body.session_token;
}

/** A conversation with a file, feedback and an escalation, followed on a stream, until there is a memory of it. */
export async function talk(cluster: Cluster, link: MadeLink, token: string, { word }: Person): Promise<ApiClient> {
  const me = createBearerClient({ bases: cluster.gateways, token });
  const reader = followEvents(() => me.stream(`/api/public/events/${link.token}`));
  const form = new FormData();
  form.append("file", new Blob([`Minutes: ${word}`], { type: "text/plain" }), `${word}.txt`);
  const uploaded = await fetch(`${cluster.gateways[0]}/api/public/files/${link.token}`, {
    ...{ method: "POST", body: form, headers: { authorization: `Bearer ${token}` } },
  });
  if (uploaded.status !== 201) throw new Error(`no upload: ${uploaded.status}`);
  const { id } = JSON.parse(await uploaded.text());
  const path = `/api/public/chat/${link.token}`;
  ok(await me.call("POST", path, { message: `I saw a ${word}`, files: [id] }), 200);
  for (const n of [1, 2]) ok(await me.call("POST", path, { message: `And ${n} more: ${word}` }), 200);
  ok(await me.call("POST", `/api/public/feedback/${link.token}`, { rating: 4, text: word }), 200);
  ok(await me.call("POST", `/api/public/escalate/${link.token}`, { reason: word }), 200);
  await reader.stop();
  return me;
}

/** A session that a backend has opened for the person, and that still runs. */
export async function backendSession(tenant: Tenant, agentId: string, { email, word }: Person): Promise<string> {
  const body = {
    ...{ tenant_id: tenant.id, agent_id: agentId, metadata: { order: word, contact: email } },
    participant: { identifier: word },
  };
  const made = await tenant.signed.call<{ session_id: string }>("POST", "/api/chat/sessions", body);
  const { session_id: id } = ok(made, 200, 201).body;
  ok(await tenant.signed.call("POST", `/api/chat/sessions/${id}/messages`, { content: `Where is ${word}?` }), 200);
  return id;
}

export const remembered = (tenant: Tenant, { email, word }: Person): Promise<void> =>
  eventually(
    async () => {
      const { text } = await tenant.owner.call("GET", `/api/agents/echo/memory/${encodeURIComponent(email)}`);
      if (!text.includes(word)) throw new Error(`nothing is remembered yet: ${text}`);
    },
    { timeoutMs: 40_000 },
  );

export interface ErasureAnswer {
  id: string;
  state: string;
  cause: string;
  receipt: { stores: { store: string; removed: Record<string, number>; remaining: number }[] } | null;
  check?: { clean: boolean; found: Record<string, unknown> };
}

/** Waits until an erasure is done. */
export const untilErased = (tenant: Tenant, id: string, timeoutMs = 60_000): Promise<ErasureAnswer> =>
  eventually(
    async () => {
      const { body } = ok(await tenant.owner.call<ErasureAnswer>("GET", `/api/privacy/erasures/${id}`), 200);
      if (body.state !== "done") throw new Error(`still ${JSON.stringify(body)}`);
      return body;
    },
    { timeoutMs, intervalMs: 200 },
  );
