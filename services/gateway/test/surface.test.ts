import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openApiDocument } from "../src/index.js";
import { AGENT, TENANT } from "./fake-owners.js";
import { bodyOf, startWorld, type World } from "./gateway-under-test.js";

let world: World;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-page-"));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>chat</title>");
  writeFileSync(join(folder, "assets", "app-1a2b.js"), "export {};");
  world = await startWorld({ CHAT_PAGE_DIR: folder });
});
afterAll(() => world.stop());

describe("the chat page", () => {
  it("is served for any token without a lookup, under a strict content security policy", async () => {
    const answer = await fetch(`${world.url}/public/chat/anything`);
    expect([answer.status, await answer.text()]).toEqual([200, "<!doctype html><title>chat</title>"]);
    expect(world.owners.count("resolveLink")).toBe(0);
    const csp = answer.headers.get("content-security-policy") ?? "";
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
    ]) {
      expect(csp).toContain(part);
    }
    expect(csp).not.toContain("unsafe");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("x-robots-tag")).toBe("noindex");
  });

  it("names its link for tabs and previews, without details of a restricted link", async () => {
    const page = async (policy: Parameters<typeof world.owners.link>[0]): Promise<string> =>
      (await fetch(`${world.url}/public/chat/${world.owners.link(policy).token}`)).text();
    const open = await page({ title: `Front "desk" $& <script>alert(1)</script>`, description: "Bills & hours" });
    const name = "Front &quot;desk&quot; $&amp; &lt;script&gt;alert(1)&lt;/script&gt;";
    expect(open).toContain(`<title>${name}</title>`);
    expect(open).toContain(`<meta property="og:title" content="${name}" />`);
    expect(open).toContain('<meta property="og:description" content="Bills &amp; hours" />');
    expect(open).not.toMatch(/<script>alert|og:image|SECRET/);
    for (const closed of [{ pinRequired: true }, { requireEmail: true }, { recipient: { name: "Ann" } }]) {
      const shown = await page({ title: "Results", description: "of Ann", ...closed });
      expect(shown).toContain('<meta property="og:title" content="Results" />');
      expect(shown).not.toContain("Ann");
    }
  });

  it("may be framed only by its link's sites, and is the same for unknown, disabled and malformed links", async () => {
    const link = world.owners.link({
      allowedDomains: ["https://shop.example", "*.shop.example", "https://evil.example; script-src *"],
    });
    const page = async (token: string): Promise<[string, string]> => {
      const answer = await fetch(`${world.url}/public/chat/${token}`);
      const csp = answer.headers.get("content-security-policy") ?? "";
      const ancestors = csp.split("; ").find((directive) => directive.startsWith("frame-ancestors")) ?? "";
      return [ancestors, csp.replace(ancestors, "") + (await answer.text())];
    };
    const [listed] = await page(link.token);
    expect(listed).toBe("frame-ancestors 'self' https://shop.example https://*.shop.example");
    const disabled = world.owners.link({ allowedDomains: ["https://shop.example"] });
    disabled.set("unavailable");
    const [own, none] = await page("pl_unknown");
    expect([own, none]).toEqual(["frame-ancestors 'self'", expect.stringContaining("<title>chat</title>")]);
    for (const token of [disabled.token, link.token.replace(/.$/, "!")]) expect(await page(token)).toEqual([own, none]);
    expect((await page(world.owners.link().token))[0]).toBe(own);
  });

  it("is also served without a token in the path, for links that carry it in the fragment", async () => {
    const known = await fetch(`${world.url}/public/chat/pl_unknown`);
    const bare = await fetch(`${world.url}/public/chat`);
    const policy = (answer: Response): string | null => answer.headers.get("content-security-policy");
    expect([bare.status, policy(bare), await bare.text()]).toEqual([200, policy(known), await known.text()]);
  });

  it("serves hashed files as immutable, and nothing else from its folder", async () => {
    const asset = await fetch(`${world.url}/assets/chat/assets/app-1a2b.js`);
    expect([asset.status, asset.headers.get("cache-control")]).toEqual([200, "public, max-age=31536000, immutable"]);
    expect((await fetch(`${world.url}/assets/chat/assets/missing.js`)).status).toBe(404);
    expect((await fetch(`${world.url}/assets/chat/assets/..%2findex.html`)).status).toBeGreaterThanOrEqual(400);
  });

  it("is redirected to from its old addresses, and the root to the documentation", async () => {
    const target = async (path: string): Promise<[number, string | null]> => {
      const answer = await fetch(world.url + path, { redirect: "manual" });
      return [answer.status, answer.headers.get("location")];
    };
    expect(await target("/temp-chat/pl_x")).toEqual([302, "/public/chat/pl_x"]);
    expect(await target("/chat/pl_x")).toEqual([302, "/public/chat/pl_x"]);
    expect(await target("/chat/%2F%2Fevil.example")).toEqual([302, "/public/chat/%2F%2Fevil.example"]);
    expect(await target("/")).toEqual([302, "/docs"]);
  });
});

describe("the gateway", () => {
  it("is alive and ready, and reports the state of each dependency", async () => {
    for (const path of ["/healthz", "/health"]) expect((await fetch(world.url + path)).status).toBe(200);
    const ready = await fetch(`${world.url}/readyz`);
    expect([ready.status, await bodyOf(ready)]).toEqual([
      200,
      { ready: true, checks: { gateway: { ok: true }, clock: { ok: true }, bus: { ok: true }, redis: { ok: true } } },
    ]);
  });

  it("is not ready while its process lacks a dependency that it requires", async () => {
    let database = false;
    const own = await startWorld({}, { moreChecks: async () => ({ database }) });
    const asked = async () => {
      const answer = await fetch(`${own.url}/readyz`);
      return [answer.status, await bodyOf(answer)];
    };
    const missing = { ok: false, detail: "not reachable" };
    expect(await asked()).toMatchObject([503, { ready: false, checks: { database: missing } }]);
    database = true;
    expect(await asked()).toMatchObject([200, { ready: true, checks: { database: { ok: true } } }]);
    await own.stop();
  });

  it("serves the documentation without inline scripts", async () => {
    const page = await fetch(`${world.url}/docs`);
    const html = await page.text();
    expect(page.status).toBe(200);
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>/);
    expect(page.headers.get("content-security-policy")).toMatch(/script-src 'self';/);
    const served = await bodyOf(await fetch(`${world.url}/openapi.json`));
    expect(served.openapi).toBe("3.1.0");
    expect(served).toEqual(JSON.parse(JSON.stringify(await openApiDocument())));
  });

  it("documents every route with its failures and bounded integers", async () => {
    const { paths } = JSON.parse(JSON.stringify(await openApiDocument()));
    expect(Object.keys(paths).filter((path) => path.startsWith("/api/")).length).toBeGreaterThan(25);
    for (const [path, methods] of Object.entries<Record<string, { responses: Record<string, unknown> }>>(paths)) {
      if (!path.startsWith("/api/")) continue;
      for (const route of Object.values(methods))
        expect(Object.keys(route.responses)).toEqual(expect.arrayContaining(["4XX", "5XX"]));
    }
    const integers = JSON.stringify(paths).match(/\{[^{}]*"type":"integer"[^{}]*\}/g) ?? [];
    expect(integers.length).toBeGreaterThan(20);
    for (const integer of integers) expect(integer).toMatch(/"minimum"|"exclusiveMinimum"/);
  });

  it("logs neither tokens nor text nor addresses", async () => {
    const link = world.owners.link();
    await fetch(`${world.url}/api/public/chat/${link.token}`, {
      method: "POST",
      body: JSON.stringify({ message: "private words" }),
      headers: { "content-type": "application/json" },
    });
    await fetch(`${world.url}/api/public/link/${link.token}x`);
    const log = world.log.join("");
    for (const secret of [link.token, "private words", '127.0.0.1"']) expect(log).not.toContain(secret);
  });
});

describe("a draining gateway", () => {
  it("finishes requests in progress, ends streams with a retry hint, and accepts nothing new", async () => {
    const own = await startWorld();
    try {
      const made = await own.signed("POST", "/api/chat/sessions", { tenant_id: TENANT, agent_id: AGENT });
      const { session_id } = await bodyOf(made);
      const session = own.sessions.only();
      own.sessions.answers = null;
      const path = `/api/chat/sessions/${session_id}`;
      const pending = own.signed("POST", `${path}/messages`, { content: "in work" });
      const stream = await own.signed("GET", `${path}/events`);
      const streamed = stream.text();
      await expect.poll(() => session.turns.size).toBe(2);
      const stopped = own.gateway.stop();
      expect(await streamed).toMatch(/retry: \d+\n\n$/);
      expect(await own.gateway.ready()).toBe("draining");
      own.sessions.finish(session, own.sessions.lastTurn(session), "finished");
      const answer = await pending;
      expect([answer.status, (await bodyOf(answer)).response]).toEqual([200, "finished"]);
      await stopped;
      await expect(fetch(`${own.url}/healthz`)).rejects.toThrow();
    } finally {
      await own.stop();
    }
  });
});
