import { connect } from "node:net";
import { createBearerClient, endsWithin, eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it, onTestFailed, onTestFinished } from "vitest";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createTenant, importAgent, type Tenant } from "../cluster/owner.js";
import { type Conversation, type History, newConversation } from "./conversation.js";
import {
  type Frame,
  isType,
  openSocket,
  pathOf,
  type SocketClient,
  type SocketOptions,
  says,
} from "./socket-client.js";

let cluster: Cluster;
let tenant: Tenant;
beforeAll(async () => {
  cluster = await startCluster({ shape: "distributed", env: { CHAT_CONNECTION_TIMEOUT: "10" } });
  tenant = await createTenant(cluster, "Sockets");
  await importAgent(tenant, "echo", ECHO);
}, 180_000);
afterAll(() => cluster?.close(), 60_000);

const gateway = (n: number): string => cluster.gateways[n] ?? "";
function join(talk: Conversation, n = 0, options: Partial<SocketOptions> = {}): SocketClient {
  onTestFailed(() => void process.stderr.write(`${cluster.report()}\n`));
  const client = openSocket(talk, { gateway: gateway(n), ...options });
  onTestFinished(() => client.ws.terminate());
  return client;
}
/** As `join`, once the socket has said that it follows the conversation. */
async function joined(talk: Conversation, n = 0, options: Partial<SocketOptions> = {}): Promise<SocketClient> {
  const client = join(talk, n, options);
  await client.until(isType("connected"));
  return client;
}
const messagesOf = ({ frames }: SocketClient): Frame[] => frames.filter(isType("message"));
const historyOf = async ({ id, me }: Conversation): Promise<History["messages"]> =>
  (await me.call<History>("GET", `/chat/${id}/history?limit=500`)).body.messages;
/** The reference's fields, which a frame has beside those of the event. */
const referenceFields = ({ id, sender_id, sender_type, content, timestamp, conversation_id }: Frame) => ({
  ...{ id, sender_id, sender_type, content, timestamp, conversation_id },
});

describe("a socket of the widget channel", () => {
  it("accepts the frame of the reference document, echoes it and delivers the answer, on every gateway", async () => {
    const talk = await newConversation(cluster, tenant);
    const [mine, other] = [await joined(talk, 0), await joined(talk, 1)];
    expect(mine.frames[0]).toMatchObject({
      ...{ type: "connected", conversation_id: talk.id, user_id: talk.userId, status: "active" },
      ...{ reconnect_interval_ms: 3_000, typing_timeout_ms: 1_000 },
    });
    mine.send({ content: "Hello support!", sender_type: "user", metadata: { timestamp: "2023-12-07T10:30:00Z" } });
    const ack = await mine.until(isType("ack"));
    expect(ack).toEqual({ type: "ack", status: "sent", message_id: expect.any(String) });
    for (const client of [mine, other]) await client.until(says("echo(Hello support!)"));
    const stored = await historyOf(talk);
    expect(stored.map(({ content }) => content)).toEqual(["Welcome.", "Hello support!", "echo(Hello support!)"]);
    for (const client of [mine, other]) expect(messagesOf(client).map(referenceFields)).toEqual(stored);
    expect(stored[1]?.id).toBe(ack.message_id);
    expect(other.frames.some(isType("ack"))).toBe(false);
  });

  it("receives messages sent over every other interface, and they receive its messages", async () => {
    const talk = await newConversation(cluster, tenant);
    const clients = [await joined(talk, 0), await joined(talk, 1), await joined(talk, 1)];
    await talk.me.call("POST", `/chat/${talk.id}/messages`, { content: "channel", client_message_id: "c1" });
    await talk.me.call("POST", `/api/public/chat/${talk.link.token}`, { message: "public", client_message_id: "p1" });
    await tenant.signed.call("POST", `/api/chat/sessions/${talk.id}/messages`, { content: "signed" });
    clients[0]?.send({ content: "socket", client_message_id: "s1" });
    for (const client of clients) {
      await client.until(says("echo(socket)"));
      const said = messagesOf(client).filter(({ sender_type }) => sender_type === "user");
      expect(said.map(({ content, client_message_id }) => [content, client_message_id])).toEqual([
        ["channel", "c1"],
        ["public", "p1"],
        ["signed", undefined],
        ["socket", "s1"],
      ]);
    }
    const history = await talk.me.call<{ data: { content: string }[] }>(
      "GET",
      `/api/public/history/${talk.link.token}`,
    );
    expect(history.body.data.map(({ content }) => content)).toContain("echo(socket)");
  });

  it("resumes after the last event at any gateway, without gap or duplicate, or starts with the whole state", async () => {
    const talk = await newConversation(cluster, tenant);
    const first = await joined(talk, 0);
    first.send({ content: "one" });
    await first.until(says("echo(one)"));
    const place = String(first.frames.findLast(({ event_id }) => event_id !== undefined)?.event_id);
    first.ws.terminate();
    await talk.me.call("POST", `/chat/${talk.id}/messages`, { content: "two" });
    await eventually(async () => expect((await historyOf(talk)).at(-1)?.content).toBe("echo(two)"));
    const second = await joined(talk, 1, { query: `?after=${place}` });
    await second.until(says("echo(two)"));
    const ids = [...messagesOf(first), ...messagesOf(second)].map(({ id }) => id);
    expect(ids).toEqual((await historyOf(talk)).map(({ id }) => id));

    const lost = await joined(talk, 1, { query: "?after=9-1" });
    const reset = await lost.until(isType("reset"));
    expect(reset).toMatchObject({ conversation_id: talk.id, event_id: expect.stringMatching(/^1-\d+$/) });
    expect(reset.messages).toEqual(await historyOf(talk));
    lost.send({ content: "three" });
    await lost.until(says("echo(three)"));
    expect(messagesOf(lost)).toHaveLength(2);
  });

  it("sends a message once, however often it is repeated, and acknowledges it", async () => {
    const talk = await newConversation(cluster, tenant);
    const client = await joined(talk);
    for (const _ of [1, 2]) client.send({ type: "message", content: "once", client_message_id: "x" });
    const repeat = await client.until(({ status }) => status === "duplicate");
    expect(repeat).toMatchObject({ type: "ack", client_message_id: "x" });
    await client.until(says("echo(once)"));
    expect(messagesOf(client).filter(says("once"))).toHaveLength(1);
  });

  it("notifies the other side of typing and reading, and stores none of it", async () => {
    const talk = await newConversation(cluster, tenant);
    const mine = await joined(talk, 0);
    const [greeting] = await historyOf(talk);
    const watching = new AbortController();
    onTestFinished(() => watching.abort());
    const told: string[] = [];
    const { url, headers } = tenant.signed.stream(`/api/chat/sessions/${talk.id}/events`);
    const stream = await fetch(url, { headers, signal: watching.signal });
    const reading = (async () => {
      for await (const piece of stream.body ?? []) told.push(Buffer.from(piece).toString("utf8"));
    })().catch(() => undefined);
    await eventually(async () => {
      mine.send({ type: "typing", typing: true });
      mine.send({ type: "read", message_id: greeting?.id });
      await tenant.signed.call("POST", `/api/chat/sessions/${talk.id}/typing`, { active: true });
      expect(told.join("")).toContain('"type":"typing","who":"visitor","active":true');
      expect(told.join("")).toContain(`"type":"read_receipt","message_id":"${greeting?.id}","who":"visitor"`);
      expect(mine.frames).toContainEqual({ type: "typing", sender_type: "agent", sender_id: "agent", typing: true });
    });
    expect(mine.frames.filter(({ sender_type }) => sender_type === "user")).toEqual([]);
    mine.send({ type: "ping" });
    await mine.until(isType("pong"));
    expect(await historyOf(talk)).toHaveLength(1);
    watching.abort();
    await reading;
  });

  it("answers invalid frames with an error and stays open, until there are too many", async () => {
    const talk = await newConversation(cluster, tenant, { rate_limit_per_minute: 1, max_message_length: 10 });
    const client = await joined(talk);
    const errors = () => client.frames.filter(isType("error"));
    const wrong = ["{", '"text"', '{"type":"dance"}', '{"content":""}', '{"content":"x","sender_type":"agent"}'];
    for (const text of [...wrong, '{"content":"x","sender_id":"user_other"}', '{"content":"longer than ten"}'])
      client.send(text);
    client.ws.send(Buffer.from([1, 2, 3]));
    await eventually(async () => expect(errors()).toHaveLength(8));
    expect(errors().map(({ code }) => code)).toEqual([
      ...["malformed_json", "validation_failed", "validation_failed", "validation_failed", "forbidden", "forbidden"],
      ...["validation_failed", "malformed_json"],
    ]);
    // The message that was too long has taken the link's only one of this minute.
    client.send({ content: "more", client_message_id: "late" });
    const limited = await client.until(({ code }) => code === "rate_limited");
    expect(limited).toMatchObject({ client_message_id: "late", retry_after: expect.any(Number) });
    expect(client.end()).toBeNull();
    for (let n = 0; n < 300; n += 1) client.send({ type: "ping" });
    expect(await client.ended()).toEqual({ code: 4429, reason: "limited" });

    const long = await joined(talk);
    long.send({ content: "x".repeat(70_000) });
    expect((await long.ended()).code).toBe(1009);
  });

  it("is opened by header, subprotocol or ticket, and a ticket is valid once for its conversation", async () => {
    const talk = await newConversation(cluster, tenant);
    const bare = { headers: {} };
    const named = await joined(talk, 0, { ...bare, protocols: ["parley.v1", `bearer.${talk.token}`] });
    expect(named.ws.protocol).toBe("parley.v1");
    const issued = await talk.me.call<{ ticket: string; path: string }>("POST", `/chat/${talk.id}/ticket`);
    expect(issued.body).toMatchObject({ conversation_id: talk.id, user_id: talk.userId, expires_in_seconds: 60 });
    expect(issued.text).not.toContain(talk.token);
    await joined(talk, 1, { ...bare, path: issued.body.path });
    for (const n of [0, 1]) {
      const used = join(talk, n, { ...bare, path: issued.body.path });
      expect(await used.ended()).toEqual({ code: 4401, reason: "session_token_invalid" });
    }
    const ofPage = await talk.me.call<{ path: string }>("POST", `/api/public/ticket/${talk.link.token}`);
    await joined(talk, 0, { ...bare, path: ofPage.body.path });
  });

  it("is refused identically without a token of exactly this conversation, user and site", async () => {
    const [talk, other] = [
      await newConversation(cluster, tenant, { allowed_domains: ["https://shop.example"] }),
      await newConversation(cluster, tenant),
    ];
    const refused = async (options: Partial<SocketOptions>): Promise<unknown> => {
      const client = join(talk, 0, options);
      const { code, reason } = await client.ended();
      expect(client.frames).toEqual([expect.objectContaining({ type: "error", code: reason })]);
      return [code, reason];
    };
    const authorization = `Bearer ${talk.token}`;
    expect(await refused({ headers: {} })).toEqual([4401, "session_token_invalid"]);
    expect(await refused({ headers: { authorization: "Bearer ps_x" } })).toEqual([4401, "session_token_invalid"]);
    for (const id of [other.id, "text_nobody"])
      expect(await refused({ path: pathOf({ id, userId: talk.userId }) })).toEqual([4403, "session_not_found"]);
    for (const userId of [other.userId, "user_nobody"])
      expect(await refused({ path: pathOf({ id: talk.id, userId }) })).toEqual([4403, "forbidden"]);
    for (const origin of ["https://evil.example", "null"])
      expect(await refused({ headers: { authorization, origin } })).toEqual([4403, "origin_not_allowed"]);
    await joined(talk, 0, { headers: { authorization, origin: "https://shop.example" } });
    const plain = await fetch(`${gateway(0)}${pathOf(talk)}`, { headers: { authorization } });
    expect(plain.status).toBe(426);
  });

  it("ends within a second with its link, and with its session", async () => {
    const [talk, over] = [await newConversation(cluster, tenant), await newConversation(cluster, tenant)];
    const clients = [await joined(talk, 0), await joined(talk, 1)];
    const ending = await joined(over, 1);
    await tenant.owner.call("DELETE", `/api/agents/echo/public-links/${talk.link.id}`);
    const ends = await endsWithin(1_000, () => Promise.all(clients.map((client) => client.ended())));
    expect(ends).toEqual(clients.map(() => ({ code: 4403, reason: "revoked" })));
    for (const { frames } of clients) expect(frames.at(-1)?.type).toBe("session_ended");
    await tenant.signed.call("DELETE", `/api/chat/sessions/${over.id}`);
    expect(await ending.ended()).toEqual({ code: 1000, reason: "ended" });
    expect(ending.frames.at(-1)).toMatchObject({ type: "session_ended", reason: expect.any(String) });
    // Whoever comes back is told the end again.
    const back = await joined(over, 0);
    expect(await back.ended()).toEqual({ code: 1000, reason: "ended" });
  });

  it("is closed when its client disappears, and stays open while it answers pings", async () => {
    const open = async (): Promise<number> => {
      const metrics = await (await fetch(`${cluster.child("gateway-1").opsUrl}/metrics`)).text();
      return Number(/^gateway_sockets (\d+)/m.exec(metrics)?.[1]);
    };
    await eventually(async () => expect(await open()).toBe(0));
    const talk = await newConversation(cluster, tenant);
    const alive = await joined(talk);
    const dead = await joined(talk);
    expect(await open()).toBe(2);
    // It neither reads nor answers from now on, and its kernel keeps the connection.
    dead.ws.pause();
    await eventually(async () => expect(await open()).toBe(1), { timeoutMs: 40_000 });
    alive.send({ type: "ping" });
    await alive.until(isType("pong"));
  });

  it("counts its sockets together with event streams", async () => {
    const talk = await newConversation(cluster, tenant);
    const streams = new AbortController();
    // An answer that nobody holds is collected as garbage, and its stream closes.
    const held: Response[] = [];
    onTestFinished(() => {
      streams.abort();
      held.length = 0;
    });
    const open = async () => {
      const answer = await fetch(`${gateway(0)}/api/public/events/${talk.link.token}`, {
        headers: { authorization: `Bearer ${talk.token}` },
        signal: streams.signal,
      });
      held.push(answer);
      return answer;
    };
    for (let n = 0; n < 10; n += 1) expect((await open()).status).toBe(200);
    for (let n = 0; n < 10; n += 1) await joined(talk);
    expect((await open()).status).toBe(429);
    const one = join(talk);
    expect(await one.ended()).toEqual({ code: 4429, reason: "limited" });
    expect(one.frames).toEqual([
      expect.objectContaining({ code: "too_many_streams", retry_after: expect.any(Number) }),
    ]);
  });

  it("leaves requests that offer another protocol untouched, with their bodies", async () => {
    const talk = await newConversation(cluster, tenant);
    const body = JSON.stringify({ content: "over h2c" });
    const lines = [
      `POST /chat/${talk.id}/messages HTTP/1.1`,
      ...["Host: localhost", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"],
      ...[`Authorization: Bearer ${talk.token}`, "Content-Type: application/json", `Content-Length: ${body.length}`],
    ];
    const { hostname, port } = new URL(gateway(0));
    const socket = connect({ host: hostname, port: Number(port) });
    onTestFinished(() => void socket.destroy());
    let answer = "";
    socket.setEncoding("utf8").on("data", (text) => {
      answer += text;
    });
    socket.write(`${lines.join("\r\n")}\r\n\r\n${body.slice(0, 5)}`);
    socket.write(body.slice(5));
    await eventually(async () => expect(answer).toMatch(/^HTTP\/1.1 200 [\s\S]*"status":"sent"/));
    socket.write(
      `GET /chat/${talk.id}/status HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${talk.token}\r\n\r\n`,
    );
    await eventually(async () => expect(answer.match(/HTTP\/1.1 200/g)).toHaveLength(2));
  });

  it("makes its clients reconnect elsewhere when the gateway stops, without missing anything", async () => {
    const talk = await newConversation(cluster, tenant);
    const first = await joined(talk, 0);
    const second = await joined(talk, 1);
    const stopping = cluster.child("gateway-1").stop();
    expect(await first.ended()).toEqual({ code: 1012, reason: "restart" });
    expect(await stopping).toBe(0);
    const elsewhere = createBearerClient({ bases: [gateway(1)], token: talk.token });
    await elsewhere.call("POST", `/chat/${talk.id}/messages`, { content: "still here" });
    const place = String(first.frames.findLast(({ event_id }) => event_id !== undefined)?.event_id);
    const back = await joined(talk, 1, { query: `?after=${place}` });
    for (const client of [second, back]) await client.until(says("echo(still here)"));
    expect([...messagesOf(first), ...messagesOf(back)].map(({ id }) => id)).toEqual(
      messagesOf(second).map(({ id }) => id),
    );
  });
});
