import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createLogger, createMetrics } from "@parley/observability";
import { afterAll, describe, expect, it } from "vitest";
import { createHttpServer, serveImmutable } from "../src/index.js";

describe("files of a built page", () => {
  const root = mkdtempSync(join(tmpdir(), "parley-static-"));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it("are sent compressed to clients that accept it, plain to others, and cacheable for a year", async () => {
    const script = "export const word = 'again and again';\n".repeat(50);
    writeFileSync(join(root, "page-1.js"), script);
    writeFileSync(join(root, "page-1.js.gz"), gzipSync(script));
    const logger = createLogger({ service: "http-test", level: "silent" });
    const app = createHttpServer({ logger, metrics: createMetrics(), trustedProxies: [], maxInFlight: 10 });
    await serveImmutable(app, { root, prefix: "/assets/" });
    const get = (encoding: string) =>
      app.inject({ method: "GET", url: "/assets/page-1.js", headers: { "accept-encoding": encoding } });
    const [small, plain] = [await get("gzip"), await get("identity")];
    expect(small.headers["content-encoding"]).toBe("gzip");
    expect(small.headers["content-type"]).toMatch(/javascript/);
    expect(small.headers.vary).toMatch(/accept-encoding/i);
    expect(small.rawPayload.length).toBeLessThan(script.length / 5);
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(plain.body).toBe(script);
    for (const answer of [small, plain])
      expect(answer.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    await app.close();
  });
});
