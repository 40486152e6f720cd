import { call, signedHeaders } from "@parley/testkit";
import { describe, expect, it } from "vitest";
import { type GetFixture, openSession, type Session, send, sessionBody, type Turn, wholeHistory } from "./fixture.js";

/** The gateway that a retry goes to: another one where there is one. */
const lastOf = (gateways: readonly string[]): string => gateways.at(-1) ?? "";

/** Retries, replays, and the order of what is sent at once. */
export function describeIdempotency(fixture: GetFixture): void {
  describe("idempotency and order", () => {
    it("gives a retry with the same Idempotency-Key the same bytes, on any gateway", async () => {
      const { cluster, tenant } = fixture();
      const { session_id } = await openSession(fixture());
      const path = `/api/chat/sessions/${session_id}/messages`;
      const headers = { "idempotency-key": "retry-1" };
      const first = await tenant.signed.call<Turn>("POST", path, { content: "once" }, { headers });
      const options = { headers, base: lastOf(cluster.gateways) };
      const second = await tenant.signed.call<Turn>("POST", path, { content: "once" }, options);
      expect([first.status, second.status]).toEqual([200, 200]);
      expect(first.headers.get("idempotent-replayed")).toBeNull();
      expect(second.headers.get("idempotent-replayed")).toBe("true");
      expect(second.text).toBe(first.text);
      const reused = await tenant.signed.call("POST", path, { content: "twice" }, { headers });
      expect(reused).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
      expect(await wholeHistory(fixture(), session_id)).toHaveLength(3);
    });

    it("creates one session for one Idempotency-Key, also when both requests run at once", async () => {
      const { cluster, tenant } = fixture();
      const body = sessionBody(fixture());
      const create = (base: string) =>
        tenant.signed.call<Session>("POST", "/api/chat/sessions", body, {
          base,
          headers: { "idempotency-key": `create-${tenant.id}` },
        });
      const answers = await Promise.all([create(cluster.gateways[0]), create(lastOf(cluster.gateways))]);
      expect(answers.map(({ status }) => status)).toEqual([201, 201]);
      expect(new Set(answers.map(({ body: { session_id } }) => session_id)).size).toBe(1);
      expect(answers.filter(({ headers }) => headers.get("idempotent-replayed") === "true")).toHaveLength(1);
    });

    it("accepts a client_message_id once in a session, whatever signs the retry", async () => {
      const { cluster } = fixture();
      const { session_id } = await openSession(fixture());
      const first = await send(fixture(), session_id, "hello", { client_message_id: "m-1" });
      const target = `/api/chat/sessions/${session_id}/messages`;
      const body = JSON.stringify({ content: "hello", client_message_id: "m-1" });
      for (const nonce of [undefined, "a-nonce-of-a-retry-1", "a-nonce-of-a-retry-2"]) {
        const headers = signedHeaders({ key: cluster.apiKey, nonce }, { method: "POST", target, body });
        const retry = await call(`${lastOf(cluster.gateways)}${target}`, "POST", { body, headers });
        expect([nonce, retry.status, retry.text]).toEqual([nonce, 200, first.text]);
        expect(retry.headers.get("idempotent-replayed")).toBe("true");
      }
      const other = await send(fixture(), session_id, "other text", { client_message_id: "m-1" });
      expect(other.status).toBe(422);
    });

    it("attaches an exact replay of a signed request to the first answer", async () => {
      const { cluster } = fixture();
      const { session_id } = await openSession(fixture());
      const target = `/api/chat/sessions/${session_id}/messages`;
      const body = JSON.stringify({ content: "captured" });
      const headers = signedHeaders({ key: cluster.apiKey }, { method: "POST", target, body });
      const first = await call(`${cluster.gateways[0]}${target}`, "POST", { body, headers });
      const replay = await call(`${lastOf(cluster.gateways)}${target}`, "POST", { body, headers });
      expect([first.status, replay.status]).toEqual([200, 200]);
      expect(replay.text).toBe(first.text);
      expect(replay.headers.get("idempotent-replayed")).toBe("true");
      expect(await wholeHistory(fixture(), session_id)).toHaveLength(3);
    });

    it("refuses a nonce that was used before, on every gateway", async () => {
      const { cluster } = fixture();
      const { session_id } = await openSession(fixture());
      const target = `/api/chat/sessions/${session_id}/messages`;
      const body = JSON.stringify({ content: "with a nonce" });
      const parts = { key: cluster.apiKey, nonce: "nonce-0123456789abcdef" };
      const headers = signedHeaders(parts, { method: "POST", target, body });
      expect((await call(`${cluster.gateways[0]}${target}`, "POST", { body, headers })).status).toBe(200);
      for (const gateway of cluster.gateways) {
        expect((await call(`${gateway}${target}`, "POST", { body, headers })).status).toBe(401);
      }
      expect(await wholeHistory(fixture(), session_id)).toHaveLength(3);
    });

    it("answers concurrent messages one after the other", async () => {
      const { session_id } = await openSession(fixture());
      const texts = ["a", "b", "c", "d", "e", "f"];
      const answers = await Promise.all(texts.map((text) => send(fixture(), session_id, text)));
      expect(answers.map(({ status }) => status)).toEqual(texts.map(() => 200));
      expect(answers.map(({ body }) => body.response)).toEqual(texts.map((text) => `echo(${text})`));
      expect(answers.map(({ body }) => body.turn_number).sort()).toEqual([1, 2, 3, 4, 5, 6]);
      const history = await wholeHistory(fixture(), session_id);
      expect(history.map(({ sequence }) => sequence)).toEqual(history.map((_, index) => index + 1));
      const spoken = history.slice(1);
      for (let index = 0; index < spoken.length; index += 2) {
        expect(spoken[index]?.role).toBe("user");
        expect(spoken[index + 1]).toMatchObject({ role: "assistant", content: `echo(${spoken[index]?.content})` });
      }
      const inputs = fixture()
        .cluster.model.calls.filter(({ lastUserText }) => texts.includes(lastUserText))
        .slice(-6);
      const users = spoken.filter(({ role }) => role === "user").map(({ content }) => content);
      for (const { messages, lastUserText } of inputs) {
        const heard = messages.filter(({ role }) => role === "user").map(({ content }) => content);
        expect(heard).toEqual(users.slice(0, users.indexOf(lastUserText) + 1));
      }
    });

    it("handles 200 concurrent sends in one session: ten wait at most, each accepted one is answered once, in order", async () => {
      const { session_id } = await openSession(fixture());
      const path = `/api/chat/sessions/${session_id}/messages`;
      let refused = 0;
      const insist = async (text: string): Promise<string> => {
        // Politely: a hundred and ninety that ask without a pause would be the load that they wait for.
        let pauseMs = 100;
        for (const deadline = Date.now() + 200_000; Date.now() < deadline; ) {
          const body = { content: text, client_message_id: text };
          const call = fixture().tenant.signed.call<Turn & { code?: string }>;
          const answer = await call("POST", path, body, { timeoutMs: 100_000 });
          if (answer.status === 200) return answer.body.response;
          expect([answer.status, answer.body.code]).toEqual([429, "too_many_pending"]);
          refused += 1;
          await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random())));
          pauseMs = Math.min(2 * pauseMs, 1_600);
        }
        throw new Error(`${text} was never accepted`);
      };
      const texts = Array.from({ length: 200 }, (_, n) => `crowd ${n}`);
      expect(await Promise.all(texts.map(insist))).toEqual(texts.map((text) => `echo(${text})`));
      expect(refused).toBeGreaterThan(0);

      const history = await wholeHistory(fixture(), session_id);
      expect(history.map(({ sequence }) => sequence)).toEqual(history.map((_, index) => index + 1));
      const asked = history.filter(({ role }) => role === "user").map(({ content }) => content);
      expect([...asked].sort()).toEqual([...texts].sort());
      expect(
        history
          .slice(1)
          .filter(({ role }) => role === "assistant")
          .map(({ content }) => content),
      ).toEqual(asked.map((text) => `echo(${text})`));
    }, 240_000);

    it("pages through the history without gap or repetition", async () => {
      const { session_id } = await openSession(fixture());
      for (let n = 1; n <= 5; n += 1) await send(fixture(), session_id, `message ${n}`);
      const whole = await wholeHistory(fixture(), session_id);
      expect(whole).toHaveLength(11);
      for (const limit of [1, 3, 10]) expect(await wholeHistory(fixture(), session_id, limit)).toEqual(whole);
      for (const query of ["limit=0", "limit=201", "limit=x", "cursor=%20"]) {
        const path = `/api/chat/sessions/${session_id}/messages?${query}`;
        expect([query, (await fixture().tenant.signed.call("GET", path)).status]).toEqual([query, 422]);
      }
    });
  });
}
