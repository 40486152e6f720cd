import { parseToken } from "@parley/secrets";
import { call, createBearerClient, signedHeaders, withOtherSecret } from "@parley/testkit";
import { describe, expect, it } from "vitest";
import { createLink } from "../../cluster/owner.js";
import { type GetFixture, openSession, sessionBody, visitor } from "./fixture.js";

/** Everything that is refused, with the status and the shape of the refusal. */
export function describeRefusals(fixture: GetFixture): void {
  const signed = (
    method: string,
    target: string,
    body: string | undefined,
    change: { key?: string; timestamp?: string; headers?: Record<string, string> } = {},
  ) => {
    const { cluster } = fixture();
    const parts = { key: change.key ?? cluster.apiKey, timestamp: change.timestamp };
    const headers = { ...signedHeaders(parts, { method, target, body }), ...change.headers };
    return call(`${cluster.gateways[0]}${target}`, method, { body, headers });
  };

  describe("refusals", () => {
    it("answers every wrong signature with one and the same 401, and says what is missing, misshapen or late", async () => {
      const { cluster } = fixture();
      const target = "/api/chat/sessions";
      const body = JSON.stringify(sessionBody(fixture()));
      const seconds = Math.floor(Date.now() / 1000);
      const good = signedHeaders({ key: cluster.apiKey }, { method: "POST", target, body });
      const { "x-timestamp": timestamp = "", "x-signature": signature = "" } = good;
      const raw = (headers: Record<string, string>) =>
        call(`${cluster.gateways[0]}${target}`, "POST", { body, headers });
      const answers = await Promise.all([
        signed("POST", target, body, { key: "another key altogether" }),
        signed("POST", target, body, { headers: { "x-key-id": "nobody" } }),
        call(`${cluster.gateways[0]}${target}?x=1`, "POST", { body, headers: good }),
        call(`${cluster.gateways[0]}${target}`, "POST", { body: `${body} `, headers: good }),
      ]);
      const { request_id: _first, ...generic } = answers[0]?.body ?? {};
      expect(generic).toMatchObject({ status: 401, code: "invalid_signature" });
      for (const answer of answers) {
        const { request_id: _id, ...rest } = answer.body;
        expect(answer.status).toBe(401);
        expect(answer.headers.get("content-type")).toContain("application/problem+json");
        expect(rest).toEqual(generic);
      }
      for (const [sent, wrong] of [
        [raw({}), ["x-timestamp", "x-signature"]],
        [raw({ "x-timestamp": timestamp }), ["x-signature"]],
        [raw({ "x-signature": signature }), ["x-timestamp"]],
        [raw({ "x-timestamp": timestamp, "x-signature": signature.toUpperCase() }), ["x-signature"]],
        [raw({ "x-timestamp": `${timestamp}.0`, "x-signature": signature }), ["x-timestamp"]],
        [signed("POST", target, body, { timestamp: String(seconds - 400) }), ["x-timestamp"]],
        [signed("POST", target, body, { timestamp: String(seconds + 400) }), ["x-timestamp"]],
        [signed("POST", target, body, { timestamp: String(seconds + 400), key: "another key" }), ["x-timestamp"]],
      ] as const) {
        const answer = await sent;
        expect(answer).toMatchObject({ status: 401, body: { code: "invalid_signature" } });
        const errors = answer.body.errors as { pointer: string }[];
        expect(errors.map(({ pointer }) => pointer)).toEqual(wrong.map((header) => `header/${header}`));
      }
    });

    it("compares the secret of every token: a right id with another secret and a valid checksum opens nothing", async () => {
      const { tenant, cluster } = fixture();
      const link = await createLink(tenant, "echo", { proof_of_work: "off" });
      const opened = await visitor(fixture()).call<{ session_token: string }>(
        "POST",
        `/api/public/sessions/${link.token}`,
        {},
      );
      const { session_token } = opened.body;
      const made = await tenant.owner.call<{ token: string }>("POST", "/api/tokens", { name: "r", role: "owner" });
      for (const [kind, token] of [
        ["api", made.body.token],
        ["session", session_token],
        ["link", link.token],
      ] as const)
        expect(parseToken(kind, withOtherSecret(token))?.id).toBe(parseToken(kind, token)?.id);

      for (const base of cluster.gateways) {
        const forgedOwner = createBearerClient({ bases: [base], token: withOtherSecret(made.body.token) });
        for (const path of ["/api/agents", "/api/tokens", "/api/sessions"])
          expect(await forgedOwner.call("GET", path)).toMatchObject({ status: 401, body: { code: "invalid_token" } });
        const forgedVisitor = createBearerClient({ bases: [base], token: withOtherSecret(session_token) });
        for (const [method, path, body] of [
          ["POST", "chat", { message: "let me in" }],
          ["GET", "history"],
          ["GET", "events"],
          ["DELETE", "session"],
        ] as const) {
          const answer = await forgedVisitor.call(method, `/api/public/${path}/${link.token}`, body);
          expect([path, answer.status, answer.body.code]).toEqual([path, 401, "session_token_invalid"]);
        }
        const stranger = createBearerClient({ bases: [base] });
        for (const [method, path, body] of [
          ["GET", "link"],
          ["POST", "sessions", {}],
          ["POST", "chat", { message: "let me in" }],
        ] as const) {
          const answer = await stranger.call(method, `/api/public/${path}/${withOtherSecret(link.token)}`, body);
          expect([path, answer.status, answer.body.code]).toEqual([path, 404, "link_unavailable"]);
        }
      }
      const reader = createBearerClient({ bases: cluster.gateways, token: made.body.token });
      expect((await reader.call("GET", "/api/agents")).status).toBe(200);
      const holder = visitor(fixture(), session_token);
      expect((await holder.call("POST", `/api/public/chat/${link.token}`, { message: "mine" })).status).toBe(200);
    });

    it("reveals nothing about existence before the signature is verified", async () => {
      const { gateways } = fixture().cluster;
      const { session_id } = await openSession(fixture());
      for (const path of [`/api/chat/sessions/${session_id}`, "/api/chat/sessions/text_nothing", "/api/chat/nowhere"]) {
        expect((await call(`${gateways[0]}${path}`, "GET")).status).toBe(401);
      }
    });

    it("answers 404 for what does not exist", async () => {
      const { signed: client } = fixture().tenant;
      const missing = `/api/chat/sessions/text_${"a".repeat(22)}`;
      for (const [method, path, body] of [
        ["GET", missing],
        ["DELETE", missing],
        ["GET", `${missing}/messages`],
        ["GET", `${missing}/events`],
        ["POST", `${missing}/messages`, { content: "hi" }],
      ] as const) {
        const answer = await client.call(method, path, body);
        expect([path, answer.status, answer.body.code]).toEqual([path, 404, "session_not_found"]);
      }
      expect((await client.call("GET", "/api/chat/nowhere")).status).toBe(404);
      expect((await client.call("PUT", "/api/chat/sessions", "{}")).status).toBe(405);
    });

    it("keeps another tenant's sessions out of reach of a tenant's key", async () => {
      const { tenant, cluster } = fixture();
      const { session_id } = await openSession(fixture());
      const other = await tenant.signed.call<{ admin_token: string }>("POST", "/api/tenants", { name: "Other" });
      const made = await call<{ key_id: string; secret: string }>(`${cluster.gateways[0]}/api/keys`, "POST", {
        body: JSON.stringify({ name: "backend" }),
        headers: { authorization: `Bearer ${other.body.admin_token}` },
      });
      expect(made.status).toBe(201);
      const { key_id: keyId, secret: key } = made.body;
      const target = `/api/chat/sessions/${session_id}`;
      const headers = signedHeaders({ key, keyId }, { method: "GET", target });
      for (const gateway of cluster.gateways) {
        const answer = await call(`${gateway}${target}`, "GET", { headers });
        expect(answer).toMatchObject({ status: 404, body: { code: "session_not_found" } });
      }
    });

    it("answers 400 for bodies that cannot be parsed", async () => {
      const { session_id } = await openSession(fixture());
      const target = `/api/chat/sessions/${session_id}/messages`;
      for (const body of ['{"content": ', "[", "not json", '{"content":"a"}}', '{"__proto__":{},"content":"a"}']) {
        const answer = await signed("POST", target, body, { headers: { "content-type": "application/json" } });
        expect([body, answer.status]).toEqual([body, 400]);
        expect(answer.text).not.toContain("SyntaxError");
      }
    });

    it("answers 422 with pointers, and never with the value", async () => {
      const { tenant } = fixture();
      const { session_id } = await openSession(fixture());
      const path = `/api/chat/sessions/${session_id}/messages`;
      const secret = "s3cret-value";
      for (const content of ["", "   \n ", "a".repeat(10_001), 17, null, { secret }, "nul\u0000byte"]) {
        const answer = await tenant.signed.call("POST", path, { content });
        expect([content, answer.status]).toEqual([content, 422]);
        expect(answer.body).toMatchObject({ code: "validation_failed", errors: [{ pointer: "/content" }] });
        expect(answer.text).not.toContain(secret);
      }
      const longest = await tenant.signed.call<{ response: string }>("POST", path, { content: "é".repeat(10_000) });
      expect(longest.status).toBe(200);
      const withoutAgent = await tenant.signed.call("POST", "/api/chat/sessions", { tenant_id: tenant.id });
      expect(withoutAgent).toMatchObject({ status: 422, body: { errors: [{ pointer: "/agent_id" }] } });
    });

    it("answers 413 and 415 by size and media type", async () => {
      const { session_id } = await openSession(fixture());
      const target = `/api/chat/sessions/${session_id}/messages`;
      const big = JSON.stringify({ content: "a".repeat(300_000) });
      expect((await signed("POST", target, big)).status).toBe(413);
      for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/xml"]) {
        const answer = await signed("POST", target, '{"content":"hi"}', { headers: { "content-type": type } });
        expect([type, answer.status]).toEqual([type, 415]);
      }
    });
  });
}
