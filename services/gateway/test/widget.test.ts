import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { noteSecurity, type SecurityEventNote } from "@parley/contracts";
import { createHttpServer, type HttpApp } from "@parley/http";
import { createLogger, createMetrics } from "@parley/observability";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { registerWidget } from "../src/routes/pages/widget.js";
import { bodyOf, startWorld, type World } from "./gateway-under-test.js";

const LINK = "pl_abcdefghijkl_0123456789ABCDEFGHIJKLMNOPQRSTUVabcdef";

describe("the file server of the widget", () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-widget-"));
  let link: string | undefined;
  let app: HttpApp;
  let url: string;
  beforeAll(async () => {
    writeFileSync(join(folder, "widget.js"), 'const link = "%PARLEY_LINK%";');
    for (const name of ["chat-widget.html", "demo.html"]) writeFileSync(join(folder, name), "<!doctype html>");
    for (const name of ["demo.js", "demo.css"]) writeFileSync(join(folder, name), "/* demo */");
    app = createHttpServer({ logger: createLogger({ service: "test", level: "fatal" }), metrics: createMetrics() });
    registerWidget(app, { folder, link: () => link });
    url = await app.listen({ host: "127.0.0.1", port: 0 });
  });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });

  it.each(["/widget.js", "/static/chat-widget.js"])("lets every site load %s, even isolated ones", async (path) => {
    link = undefined;
    const answer = await fetch(url + path);
    expect([answer.status, await answer.text()]).toEqual([200, 'const link = "%PARLEY_LINK%";']);
    expect(answer.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(answer.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("cache-control")).toMatch(/^public, max-age=300\b/);
  });

  it("answers 304 for what the browser has cached, and 200 once the server's link has changed", async () => {
    link = undefined;
    const before = (await fetch(`${url}/widget.js`)).headers.get("etag") ?? "";
    const ask = () => fetch(`${url}/widget.js`, { headers: { "if-none-match": `W/${before}` } });
    expect((await ask()).status).toBe(304);
    link = LINK;
    const after = await ask();
    expect([after.status, await after.text()]).toEqual([200, `const link = "${LINK}";`]);
  });

  it("sends the script compressed to clients that accept it, under its own ETag", async () => {
    const answer = await app.inject({ url: "/widget.js", headers: { "accept-encoding": "gzip" } });
    const plain = await app.inject({ url: "/widget.js", headers: { "accept-encoding": "br;q=0, gzip;q=0" } });
    expect(gunzipSync(answer.rawPayload).toString()).toBe(plain.body);
    expect([answer.headers["content-encoding"], plain.headers["content-encoding"]]).toEqual(["gzip", undefined]);
    expect(answer.headers.etag).not.toBe(plain.headers.etag);
    expect(answer.headers.vary).toBe("accept-encoding");
  });

  it.each([
    [{ "sec-fetch-dest": "script", accept: "*/*" }, "text/javascript; charset=utf-8"],
    [{ "sec-fetch-dest": "document", accept: "text/html" }, "text/html; charset=utf-8"],
    [{ "sec-fetch-dest": "iframe", accept: "*/*" }, "text/html; charset=utf-8"],
    [{ accept: "*/*" }, "text/javascript; charset=utf-8"],
    [{ accept: "text/html,application/xhtml+xml" }, "text/html; charset=utf-8"],
  ])("answers /static/chat-widget.html for %j as %s", async (headers, type) => {
    const answer = await app.inject({ url: "/static/chat-widget.html", headers });
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, type]);
    expect(answer.headers.vary).toBe("sec-fetch-dest, accept, accept-encoding");
  });

  it("lets the demo page frame only this server, and nobody frame the demo page", async () => {
    const csp = (await fetch(`${url}/static/demo.html`)).headers.get("content-security-policy")?.split("; ");
    expect(csp).toEqual(
      expect.arrayContaining([
        "script-src 'self'",
        "frame-src 'self'",
        "frame-ancestors 'none'",
        "trusted-types 'none'",
      ]),
    );
    for (const name of ["demo.js", "demo.css"]) expect((await fetch(`${url}/static/${name}`)).status).toBe(200);
  });
});

describe("a site that asks whether it may embed the chat", () => {
  let world: World;
  const noted: SecurityEventNote[] = [];
  beforeAll(async () => {
    world = await startWorld();
    world.bus.serve(noteSecurity, async ({ events }) => {
      noted.push(...events);
      return { noted: events.length };
    });
  });
  afterAll(() => world.stop());
  const ask = (token: string, origin: string): Promise<Response> =>
    fetch(`${world.url}/api/public/embed/${token}`, { headers: { origin } });

  it("is allowed when the link lists it and refused otherwise, which the owner learns of", async () => {
    const { token, policy } = world.owners.link({ allowedDomains: ["https://shop.example"] });
    for (const origin of ["https://shop.example", world.url])
      expect(await bodyOf(await ask(token, origin))).toEqual({ allowed: true, code: null });
    for (const origin of ["https://evil.example", "null"]) {
      const answer = await ask(token, origin);
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
      expect(await bodyOf(answer)).toEqual({ allowed: false, code: "origin_not_allowed" });
    }
    await expect
      .poll(() => noted.filter(({ linkId }) => linkId === policy.id))
      .toEqual([expect.objectContaining({ kind: "origin_refused", scope: "frame" })]);
  });

  it("is refused when the link lists no site, because then only our own pages may frame it", async () => {
    const { token } = world.owners.link();
    expect(await bodyOf(await ask(token, "https://shop.example"))).toMatchObject({ code: "origin_not_allowed" });
  });

  it("can read why a link is unavailable", async () => {
    const answer = await ask(LINK, "https://shop.example");
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([404, "*"]);
    expect((await bodyOf(answer)).code).toBe("link_unavailable");
  });

  it("gets the page with the headers that isolated host pages require of a frame", async () => {
    const { token } = world.owners.link({ allowedDomains: ["https://shop.example"] });
    const { headers } = await fetch(`${world.url}/public/chat/${token}?frame=widget`);
    expect(headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    expect(headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'self' https://shop.example");
  });
});
