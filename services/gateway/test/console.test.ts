import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHttpServer, type HttpApp } from "@parley/http";
import { createLogger, createMetrics } from "@parley/observability";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { registerConsole } from "../src/routes/pages/console.js";

const folder = mkdtempSync(join(tmpdir(), "parley-console-"));
let app: HttpApp;
let url: string;

const serve = async (from: string): Promise<[HttpApp, string]> => {
  const logger = createLogger({ service: "test", level: "fatal" });
  const made = createHttpServer({ logger, metrics: createMetrics() });
  await registerConsole(made, { folder: from });
  return [made, await made.listen({ host: "127.0.0.1", port: 0 })];
};

beforeAll(async () => {
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>console</title>");
  writeFileSync(join(folder, "assets", "app-1a2b.js"), "export {};");
  [app, url] = await serve(folder);
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

describe("the console", () => {
  it.each(["/console", "/console/links/clinic-desk/new", "/console/sessions?status=active"])(
    "serves the document at %s, not frameable and never cached",
    async (path) => {
      const answer = await fetch(url + path);
      expect([answer.status, await answer.text()]).toEqual([200, "<!doctype html><title>console</title>"]);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.headers.get("x-robots-tag")).toBe("noindex");
      expect(answer.headers.get("content-security-policy")?.split("; ")).toEqual([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types dompurify parley-push-worker",
        "frame-src 'self'",
      ]);
    },
  );

  it("serves hashed files as immutable, and nothing else from the folder", async () => {
    const asset = await fetch(`${url}/assets/console/assets/app-1a2b.js`);
    expect([asset.status, asset.headers.get("cache-control")]).toEqual([200, "public, max-age=31536000, immutable"]);
    expect((await fetch(`${url}/assets/console/assets/missing.js`)).status).toBe(404);
    expect((await fetch(`${url}/assets/console/assets/..%2findex.html`)).status).toBeGreaterThanOrEqual(400);
    expect((await fetch(`${url}/consoles`)).status).toBe(404);
  });

  it("answers not_ready when it was not built, while the rest of the server still starts", async () => {
    const [unbuilt, at] = await serve(join(folder, "missing"));
    const answer = await fetch(`${at}/console`);
    expect([answer.status, await answer.json()]).toEqual([503, expect.objectContaining({ code: "not_ready" })]);
    await unbuilt.close();
  });
});
