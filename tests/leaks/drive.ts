import { randomBytes, randomUUID } from "node:crypto";
import {
  type ApiClient,
  createBearerClient,
  createSignedClient,
  eventually,
  followEvents,
  type HttpAnswer,
} from "@parley/testkit";
import type { Cluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createLink, createTenant, importAgent, type MadeLink, type Tenant } from "../cluster/owner.js";
import type { Wanted } from "./find.js";

const word = (): string => randomBytes(9).toString("hex");

/** What visitors and owners wrote: recognisable, and nothing a random text holds. */
const TEXT = {
  message: `The heron told me ${word()}`,
  refused: `Not even a message ${word()}`,
  file: `Minutes of the meeting ${word()}`,
  feedback: `It was fine ${word()}`,
  reason: `Fetch a human ${word()}`,
  email: `ada.${word()}@example.com`,
};
const PIN = `pin-${word()}`;
const HEADER_SECRET = `Bearer shop-${word()}`;

/** Calls a shop that nobody may call from here: the call fails, with its secret header in the hands of the caller. */
const CALLING = {
  agent: { name: "Calling" },
  workflow: {
    initial_node: "ask",
    nodes: [
      {
        ...{ id: "ask", proactive: true, static_text: "Which order?" },
        transitions: [{ condition: "user_responded", target: "call" }],
      },
      {
        ...{ id: "call", type: "api_call" },
        api_call: { method: "GET", url: "http://127.0.0.1:9/orders", headers: { Authorization: HEADER_SECRET } },
        transitions: [{ condition: "api_failed", target: "sorry" }],
      },
      { id: "sorry", type: "end_call", static_text: "Sorry." },
    ],
  },
};

export interface Driven {
  tenant: Tenant;
  /** May be found nowhere. */
  secrets: Wanted[];
  mailCode: Wanted;
  headerSecret: Wanted;
  /** What people said: at home in the database, never in logs and on the bus. */
  texts: Wanted[];
  /** Was sent and never accepted. */
  refused: Wanted;
  email: Wanted;
  /** Harmless, and known to lie somewhere: proof that the search sees it. */
  signs: { tenantId: string; sessionId: string };
}

/** The secret half of a token; its id is a public look-up key. */
const secretOf = (kind: string, token: string): Wanted => ({
  kind,
  value: token.split("_").at(-1)?.slice(0, 32) ?? "",
});

function expectOk<Body>(answer: HttpAnswer<Body>, ...statuses: number[]): HttpAnswer<Body> {
  if (!statuses.includes(answer.status)) throw new Error(`${answer.status} ${answer.text}`);
  return answer;
}

/** Uses everything that holds a secret or a text of a person, the failures included. */
export async function drive(cluster: Cluster, operatorSecrets: Wanted[]): Promise<Driven> {
  const tenant = await createTenant(cluster, "Leaks");
  await importAgent(tenant, "echo", ECHO);
  await importAgent(tenant, "calling", CALLING);
  const owned = await driveOwner(cluster, tenant);
  const open = await createLink(tenant, "echo", {
    ...{ title: "Open", max_sessions: 50, rate_limit_per_minute: 100, proof_of_work: "off" },
    ...{ file_uploads: { enabled: true, types: ["text/plain"] }, budget: { max_cost: 5, hard: true } },
  });
  const visited = await driveVisitor(cluster, open);
  await driveFailures(cluster, open, visited.me);
  const mailed = await driveMail(cluster, tenant);
  const called = await driveCall(cluster, tenant);
  return {
    tenant,
    secrets: [
      ...operatorSecrets,
      ...owned,
      ...mailed.secrets,
      ...called,
      secretOf("API token", tenant.ownerToken),
      secretOf("link token", open.token),
      secretOf("session token", visited.sessionToken),
      { kind: "PIN", value: PIN },
    ],
    mailCode: { kind: "mail code", value: mailed.code },
    headerSecret: { kind: "header secret", value: HEADER_SECRET },
    texts: (["message", "file", "feedback", "reason"] as const).map((kind) => ({ kind, value: TEXT[kind] })),
    refused: { kind: "refused message", value: TEXT.refused },
    email: { kind: "e-mail", value: TEXT.email },
    signs: { tenantId: tenant.id, sessionId: visited.sessionId },
  };
}

/** Keys, tokens and webhooks, each with an idempotency key: a kept answer is a place where a secret could stay. */
async function driveOwner(cluster: Cluster, { owner }: Tenant): Promise<Wanted[]> {
  const once = () => ({ headers: { "idempotency-key": randomUUID() } });
  const key = expectOk(
    await owner.call<{ id: string; key_id: string; secret: string }>("POST", "/api/keys", { name: "Shop" }, once()),
    201,
  ).body;
  const signed = createSignedClient({ bases: cluster.gateways, key: key.secret, keyId: key.key_id });
  await signed.call("GET", "/api/agents");
  const token = expectOk(
    await owner.call<{ token: string }>("POST", "/api/tokens", { name: "Desk", role: "viewer" }, once()),
    201,
  ).body.token;
  const viewer = createBearerClient({ bases: cluster.gateways, token });
  expectOk(await viewer.call("GET", "/api/agents"), 200);
  // A name that leads nowhere: one of this machine would not be taken. Each attempt fails.
  const hook = { url: "http://hooks.invalid/hook", events: ["*"] };
  const made = expectOk(await owner.call<{ id: string; secret: string }>("POST", "/api/webhooks", hook, once()), 201);
  await owner.call("POST", `/api/webhooks/${made.body.id}/test`);
  const body = made.body.secret.replace("whsec_", "");
  const link = expectOk(
    await owner.call<MadeLink>("POST", "/api/agents/echo/public-links", { title: "Once" }, once()),
    201,
  ).body;
  return [
    { kind: "HMAC secret", value: key.secret },
    secretOf("second API token", token),
    { kind: "webhook secret", value: body },
    { kind: "webhook secret's bytes", value: Buffer.from(body, "base64").toString("latin1"), encoding: "latin1" },
    secretOf("link token made once", link.token),
  ];
}

async function driveVisitor(cluster: Cluster, link: MadeLink) {
  const anyone = createBearerClient({ bases: cluster.gateways });
  const once = { headers: { "idempotency-key": randomUUID() } };
  const opened = expectOk(
    await anyone.call<{ session_token: string; session_id: string }>(
      ...(["POST", `/api/public/sessions/${link.token}`, {}, once] as const),
    ),
    201,
  ).body;
  const me = createBearerClient({ bases: cluster.gateways, token: opened.session_token });
  const form = new FormData();
  form.append("file", new Blob([TEXT.file], { type: "text/plain" }), "minutes.txt");
  const uploaded = await fetch(`${cluster.gateways[0]}/api/public/files/${link.token}`, {
    ...{ method: "POST", body: form, headers: { authorization: `Bearer ${opened.session_token}` } },
  });
  if (uploaded.status !== 201) throw new Error(`no upload: ${uploaded.status} ${await uploaded.text()}`);
  const { id } = JSON.parse(await uploaded.text());
  const reader = followEvents(() => me.stream(`/api/public/events/${link.token}`));
  const chat = { message: TEXT.message, files: [id] };
  expectOk(await me.call("POST", `/api/public/chat/${link.token}`, chat), 200);
  expectOk(await me.call("GET", `/api/public/history/${link.token}`), 200);
  expectOk(await me.call("GET", `/api/public/poll/${link.token}?wait=0`), 200);
  expectOk(await me.call("POST", `/api/public/feedback/${link.token}`, { rating: 5, text: TEXT.feedback }), 200);
  await reader.stop();
  return { me, sessionToken: opened.session_token, sessionId: opened.session_id };
}

/** What goes wrong is logged more than what goes well. */
async function driveFailures(cluster: Cluster, link: MadeLink, me: ApiClient): Promise<void> {
  const path = `/api/public/chat/${link.token}`;
  cluster.model.setFault({ type: "status", status: 400 });
  await me.call("POST", path, { message: TEXT.message });
  cluster.model.setFault(null);
  for (const body of [{ message: [TEXT.refused] }, `{"message": "${TEXT.refused}`, { message: TEXT.refused, pin: 7 }])
    expectOk(await me.call("POST", path, body), 400, 422);
  const anyone = createBearerClient({ bases: cluster.gateways });
  expectOk(await anyone.call("POST", path, { message: TEXT.refused, session_token: link.token }), 401);
  for (const wrong of ["nowhere", `link/${link.token}`, "link"])
    await me.call("PATCH", `/api/public/${wrong}/${link.token}?token=${link.token}`, { message: TEXT.refused });
  for (const page of ["public/chat", "temp-chat", "chat"])
    await me.call("GET", `/${page}/${link.token}?s=${link.token}`);
  await me.call("GET", `/api/agents?token=${link.token}`);
  expectOk(await me.call("POST", `/api/public/escalate/${link.token}`, { reason: TEXT.reason }), 200);
}

/** A link with every entry check. */
async function driveMail(cluster: Cluster, tenant: Tenant): Promise<{ secrets: Wanted[]; code: string }> {
  const link = await createLink(tenant, "echo", {
    ...{ title: "Door", pin: PIN, consent_text: "We keep this.", require_email: true, proof_of_work: "off" },
  });
  const anyone = createBearerClient({ bases: cluster.gateways });
  const ask = { token: link.token, email: TEXT.email };
  await anyone.call("POST", "/api/public/verify/request", { ...ask, pin: `${PIN}x` });
  const asked = expectOk(
    await anyone.call<{ request_id: string }>("POST", "/api/public/verify/request", { ...ask, pin: PIN }),
    200,
  );
  const code = await eventually(async () => {
    const mail = await tenant.owner.call<{ data: { to: string; text: string }[] }>("GET", "/api/dev/mail");
    const found = mail.body.data.find(({ to }) => to === TEXT.email)?.text.match(/\b\d{6}\b/)?.[0];
    if (found === undefined) throw new Error("no mail yet");
    return found;
  });
  const confirm = { ...ask, code, consent: true, request_id: asked.body.request_id };
  const wrong = { ...confirm, code: code === "000000" ? "000001" : "000000" };
  expectOk(await anyone.call("POST", "/api/public/verify/confirm", wrong), 200);
  const { body } = expectOk(
    await anyone.call<{ session_token: string }>("POST", "/api/public/verify/confirm", confirm),
    200,
  );
  const me = createBearerClient({ bases: cluster.gateways, token: body.session_token });
  expectOk(await me.call("POST", `/api/public/chat/${link.token}`, { message: TEXT.message }), 200);
  expectOk(await me.call("DELETE", `/api/public/session/${link.token}`), 200);
  const secrets = [secretOf("mailed link token", link.token), secretOf("mailed session token", body.session_token)];
  return { secrets, code };
}

/** A conversation whose agent calls out with its secret header. */
async function driveCall(cluster: Cluster, tenant: Tenant): Promise<Wanted[]> {
  const link = await createLink(tenant, "calling", { title: "Calling", proof_of_work: "off" });
  const anyone = createBearerClient({ bases: cluster.gateways });
  const path = `/api/public/chat/${link.token}`;
  const answer = expectOk(
    await anyone.call<{ response: string; session_token: string }>("POST", path, { message: TEXT.message }),
    200,
  );
  if (!answer.body.response.includes("Sorry.")) throw new Error(`no call was made: ${answer.text}`);
  return [secretOf("calling link token", link.token), secretOf("calling session token", answer.body.session_token)];
}
