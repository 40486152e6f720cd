import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { runHere } from "./run-cli.js";

const ID = "01890a5d-ac96-774b-bcce-b302099a8057";
const env = { PARLEY_TOKEN: "ak_x" };
const delivery = (more: object = {}) => ({
  ...{ id: "d1", webhook_id: ID, type: "webhook.test", status: "pending", attempts: 0, outcome: null },
  ...{ response_status: null, response_ms: null, occurred_at: "2026-01-01T10:00:00.000Z" },
  ...more,
});

describe("webhooks on the command line", () => {
  let server: Server | undefined;
  const seen: { call: string; body: unknown; key: string | undefined }[] = [];
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    seen.length = 0;
  });

  /** Answers `METHOD path` by a table; a function is asked each time. */
  const serve = async (table: Record<string, unknown>): Promise<string> => {
    const made = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(Buffer.from(part));
      const text = Buffer.concat(parts).toString();
      const call = `${request.method} ${request.url?.split("?")[0]}`;
      const key = request.headers["idempotency-key"];
      seen.push({ call, body: text === "" ? null : JSON.parse(text), key: typeof key === "string" ? key : undefined });
      const given = table[call];
      const body = typeof given === "function" ? given() : given;
      response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(body ?? { code: "not_found" }));
    });
    server = made;
    await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
  };

  it("are created with chosen events, and the printed secret can be written to a file", async () => {
    const url = await serve({ "POST /api/webhooks": { id: ID, secret: "whsec_once" } });
    const events = ["--event", "session.ended", "link.*"];
    const argv = ["webhooks", "create", "https://example.com/hook", ...events, "--transcript", "--url", url];
    expect(await runHere(argv, { env })).toMatchObject({ code: 0, out: "WEBHOOK_SECRET=whsec_once\n" });
    expect(seen).toMatchObject([
      {
        body: { url: "https://example.com/hook", events: ["session.ended", "link.*"], include_transcript: true },
        key: expect.stringMatching(/^[0-9a-f-]{32,36}$/),
      },
    ]);
  });

  it("are tested: the command waits for the outcome and exits with 1 on failure", async () => {
    let looks = 0;
    // Nothing yet, then an attempt that has begun.
    const early = [{}, { attempts: 1 }];
    const table = (after: object) => ({
      [`POST /api/webhooks/${ID}/test`]: delivery(),
      [`GET /api/webhooks/${ID}/deliveries`]: () => {
        looks += 1;
        return { data: [delivery({ id: "other" }), delivery(early[looks - 1] ?? after)], next_cursor: null };
      },
    });
    const good = { status: "delivered", attempts: 1, outcome: "delivered", response_status: 204, response_ms: 7 };
    const taken = await serve(table(good));
    expect(await runHere(["webhooks", "test", ID, "--url", taken], { env })).toMatchObject({
      code: 0,
      out: "webhook.test delivered (204 in 7 ms), delivery d1\n",
    });
    expect(looks).toBe(3);
    server?.closeAllConnections();
    server?.close();
    looks = 0;
    const refused = await serve(table({ attempts: 1, outcome: "unreachable" }));
    expect(await runHere(["webhooks", "test", ID, "--url", refused], { env })).toMatchObject({
      code: 1,
      out: "webhook.test pending (unreachable), delivery d1\n",
    });
  });

  it("resend a delivery without waiting on request, and list failed ones", async () => {
    const url = await serve({
      "POST /api/webhooks/deliveries/d1/redeliver": delivery({ attempts: 3 }),
      [`GET /api/webhooks/${ID}/deliveries`]: { data: [delivery({ status: "failed" })], next_cursor: null },
      "GET /api/webhooks/deliveries": { data: [delivery({ id: "d2" })], next_cursor: null },
    });
    const sent = await runHere(["webhooks", "redeliver", "d1", "--no-wait", "--json", "--url", url], { env });
    expect(sent.code).toBe(0);
    expect(JSON.parse(sent.out)).toMatchObject({ id: "d1", attempts: 3 });
    const listed = await runHere(["webhooks", "deliveries", ID, "--status", "failed", "--url", url], { env });
    expect(listed.out).toMatch(/^ID +TYPE +STATUS/);
    expect(listed.out).toContain("webhook.test  failed");
    expect((await runHere(["webhooks", "deliveries", "--url", url], { env })).out).toMatch(/^d2 /m);
    expect(await runHere(["webhooks", "deliveries", ID, "--status", "bad"], { env })).toMatchObject({ code: 2 });
  });

  it("rotate secrets, printed once: of a receiver, and of all workflow actions", async () => {
    const rotated = { secret: "whsec_x", previous_secret_until: null };
    const url = await serve({
      [`POST /api/webhooks/${ID}/rotate`]: rotated,
      "POST /api/webhooks/actions/rotate": rotated,
    });
    const one = await runHere(["webhooks", "rotate", ID, "--overlap", "0", "--url", url], { env });
    expect(one).toMatchObject({ code: 0, out: "WEBHOOK_SECRET=whsec_x\n" });
    const all = await runHere(["webhooks", "rotate-actions", "--url", url], { env });
    expect(all).toMatchObject({ code: 0, out: "WEBHOOK_SECRET=whsec_x\n" });
    expect(seen.map(({ body }) => body)).toEqual([{ overlap_seconds: 0 }, {}]);
    expect(new Set(seen.map(({ key }) => key)).size).toBe(2);
    const wrong = await runHere(["webhooks", "rotate-actions", "--overlap", "-1", "--url", url], { env });
    expect(wrong.code).toBe(2);
  });
});
