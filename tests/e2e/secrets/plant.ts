import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type ApiClient, createBearerClient, createSignedClient, eventually } from "@parley/testkit";
import type { Product, Replica } from "./product.js";

/** A tenant that keeps something secret wherever a tenant can. */
export interface Planted {
  tenantId: string;
  ownerToken: string;
  /** A name for each secret → its value. */
  secrets: Map<string, string>;
  /** Path parameters of routes that lead to what was planted, by their names. */
  ids: Map<string, string>;
  key: { id: string; secret: string };
  link: { id: string; token: string };
  sessionToken: string;
  /** Authorisation headers that a server on this machine got of api_calls and of the webhook. */
  received: string[];
  close(): Promise<void>;
}

const EMAIL = "grace.hopper@planted.example";

async function must<Body>(answer: Promise<{ status: number; text: string; body: Body }>): Promise<Body> {
  const { status, text, body } = await answer;
  if (status < 200 || status > 299) throw new Error(`${status} ${text}`);
  return body;
}

/** Keeps what it was authorised with, and repeats it. */
async function receiver(): Promise<{ url: string; server: Server; received: string[] }> {
  const received: string[] = [];
  const server = createServer((request, response) => {
    const { authorization = "" } = request.headers;
    received.push(authorization);
    request.resume().on("end", () => response.end(JSON.stringify({ you_said: authorization })));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, received };
}

/** Plants secrets through the API as owners and visitors do. */
export async function plantSecrets(product: Product, replica: Replica): Promise<Planted> {
  const bases = [replica.url];
  const remote = await receiver();
  const operator = createSignedClient({ bases, key: product.adminKey });
  const tenant = await eventually(() =>
    must(
      operator.call<{ id: string; admin_token: string }>(
        "POST",
        "/api/tenants",
        { name: "T" },
        { nonce: randomUUID() },
      ),
    ),
  );
  const owner = createBearerClient({ bases, token: tenant.admin_token });
  const secrets = new Map([["owner token", tenant.admin_token]]);
  const ids = new Map<string, string>([
    ["agent", "desk"],
    ["version", "1"],
    ["other", "2"],
    ["email", EMAIL],
  ]);
  const post = <Body>(path: string, body?: unknown, headers?: Record<string, string>) =>
    must(owner.call<Body>("POST", path, body, headers ? { headers } : {}));
  const put = <Body>(path: string, body: unknown) => must(owner.call<Body>("PUT", path, body));
  const keep = (name: string, value: string): string => {
    secrets.set(name, value);
    return value;
  };

  const made = await post<{ id: string }>("/api/agents", { name: "Desk" });
  ids.set("agent_id", made.id);
  const secret = { value: keep("agent secret", "agent-secret-4711-abc"), hosts: ["127.0.0.1"] };
  await post("/api/agents/desk/secrets", { name: "crm", ...secret });
  ids.set("secret", "crm");
  const document = documentOf(remote.url, keep("header of a document", "Bearer literal-4712-def"));
  const webhook = {
    ...{ enabled: true, url: `${remote.url}/hook`, events: ["started"] },
    auth: { type: "bearer", token: keep("webhook.auth of a document", "hook-token-4713-ghi") },
  };
  Object.assign(document.workflow, { webhook });
  // An import by an admin would take out what stands in the document.
  const writer = await post<{ token: string }>("/api/tokens", { name: "Writer", role: "editor" });
  const editor = createBearerClient({ bases, token: keep("token of an editor", writer.token) });
  await must(editor.call("POST", "/api/agents/desk/import", { document }));
  const next = documentOf(remote.url, keep("header of the next document", "Bearer literal-4716-pqr"));
  Object.assign(next.workflow, { webhook });
  await must(editor.call("POST", "/api/agents/desk/import", { document: next }));

  const key = await post<{ id: string; key_id: string; secret: string }>(
    "/api/keys",
    { name: "Backend", scopes: ["chat", "read"] },
    { "idempotency-key": "kept-sealed" },
  );
  keep("signing key", key.secret);
  const token = await post<{ id: string; token: string }>("/api/tokens", { name: "Another", role: "admin" });
  keep("token", token.token);
  const hook = await post<{ id: string; secret: string }>("/api/webhooks", { url: remote.url, events: ["*"] });
  keep("webhook secret", hook.secret);
  keep("next webhook secret", (await post<{ secret: string }>(`/api/webhooks/${hook.id}/rotate`)).secret);
  for (const name of ["action secret", "next action secret"])
    keep(name, (await post<{ secret: string }>("/api/webhooks/actions/rotate", { overlap_seconds: 3_600 })).secret);

  const links = "/api/agents/desk/public-links";
  const link = await post<{ id: string; token: string }>(links, {
    ...{ title: "Open", max_sessions: 10_000, max_messages_per_session: 1_000, rate_limit_per_minute: 100 },
  });
  keep("link token", link.token);
  const closed = await post<{ id: string; token: string }>(links, {
    title: "With PIN",
    pin: keep("PIN", "pin-4714-jkl"),
  });
  keep("link token with PIN", closed.token);
  for (const name of ["identity secret", "next identity secret"])
    keep(name, (await post<{ secret: string }>(`${links}/${link.id}/identity/secret`)).secret);
  await put("/api/agents/desk/access-policy", {
    ...{ mode: "open", allowed_emails: ["ada@planted.example"], notify_email: "boss@planted.example" },
  });
  const chatUrl = `https://hooks.example.com/services/${keep("chat address", "T0000-B0000-4715mno")}`;
  await put("/api/agents/desk/people", { notify: { emails: ["desk@planted.example"], chat_urls: [chatUrl] } });
  await post("/api/alerts", {
    ...{ kind: "waiting_time", notify: { emails: ["desk@planted.example"], chat_urls: [chatUrl] } },
  });
  // Nobody is there: its recipient continues waiting.
  const address = `https://hooks.planted.invalid/${keep("address of a recipient", "T0000-B0000-4717stu")}`;
  const recipients = { channel: "webhook", recipients: [address] };
  const sent = await post<{ delivery_id: string }>(`${links}/${link.id}/send`, recipients);
  ids.set("delivery", sent.delivery_id);
  await post("/api/suppressions", { address: "no-more@planted.example" });
  const action = "create_and_send_temp_chat_link";
  await post("/api/schedules", { cron: "@yearly", action, parameters: { agent: "desk", ...recipients } });
  await put(`/api/agents/desk/memory/${encodeURIComponent(EMAIL)}`, { notes: "Likes tea." });

  const visitor = createBearerClient({ bases });
  const session = await must(
    visitor.call<{ session_token: string; session_id: string }>(
      ...(["POST", `/api/public/sessions/${link.token}`, {}] as const),
      { headers: { "idempotency-key": "kept-sealed-and-not-to-be-guessed" } },
    ),
  );
  keep("session token", session.session_token);
  await say(visitor, link.token, session.session_token, "hello");
  const [shown] = (await must(owner.call<{ data: { session_id: string }[] }>("GET", "/api/sessions"))).data;
  ids.set("session_id", shown?.session_id ?? "");
  await eventually(async () => {
    // The api_call of the turn and the delivery of the webhook.
    if (remote.received.length < 2) throw new Error("not sent yet");
  });
  return {
    ...{ tenantId: tenant.id, ownerToken: tenant.admin_token, secrets, ids, received: remote.received },
    ...{ key: { id: key.key_id, secret: key.secret }, link, sessionToken: session.session_token },
    async close() {
      remote.server.closeAllConnections();
      await new Promise<void>((resolve) => remote.server.close(() => resolve()));
    },
  };
}

/** One message of a visitor, with its answer. */
export const say = (visitor: ApiClient, link: string, session: string, message: string, base?: string) =>
  must(
    visitor.call<{ response: string }>(
      "POST",
      `/api/public/chat/${link}`,
      { message },
      {
        headers: { authorization: `Bearer ${session}` },
        ...(base === undefined ? {} : { base }),
      },
    ),
  );

/** Calls with a secret that it names and one that it holds, at each message. */
const documentOf = (url: string, literal: string) => ({
  agent: { name: "Desk" },
  workflow: {
    initial_node: "talk",
    max_transitions: 1000,
    nodes: [
      {
        ...{ id: "talk", static_text: "Well?" },
        transitions: [{ condition: "user_responded", target: "look" }],
      },
      {
        ...{ id: "look", type: "api_call" },
        api_call: {
          ...{ url: `${url}/look`, query_params: { key: "{{secret.crm}}" } },
          headers: { Authorization: "Bearer {{secret.crm}}", "X-Api-Key": literal },
          response_extraction: [{ path: "you_said", variable_name: "said" }],
        },
        transitions: [{ condition: "always", target: "told" }],
      },
      {
        ...{ id: "told", proactive: true, static_text: "It said {{said}}." },
        transitions: [{ condition: "user_responded", target: "look" }],
      },
      { id: "end", type: "end_call", static_text: "Bye." },
    ],
  },
});
