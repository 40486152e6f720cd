import { createServer } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import { currentTraceId, injectTrace, startTracing, withExtractedTrace, withSpan } from "../src/index.js";

afterEach(() => vi.unstubAllEnvs());

const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

describe("tracing", () => {
  it("is off without an endpoint and then adds no header", async () => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", "");
    expect(await startTracing("test")).toBeNull();
    const headers: Record<string, string> = {};
    injectTrace(headers);
    expect(headers).toEqual({});
    expect(currentTraceId()).toBeUndefined();
  });

  it("continues the caller's trace across headers and exports it", async () => {
    const paths: (string | undefined)[] = [];
    const collector = createServer((request, response) => {
      paths.push(request.url);
      request.resume().on("end", () => response.end());
    });
    await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
    const address = collector.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", `http://127.0.0.1:${port}`);

    const tracing = await startTracing("test");
    const outgoing: Record<string, string> = {};
    await withExtractedTrace({ traceparent: PARENT }, () =>
      withSpan("work", { kind: "consumer" }, async () => {
        expect(currentTraceId()).toBe("0af7651916cd43dd8448eb211c80319c");
        injectTrace(outgoing);
      }),
    );
    expect(outgoing.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/);
    await expect(withSpan("fails", {}, () => Promise.reject(new Error("x")))).rejects.toThrow("x");
    await tracing?.stop();
    expect(paths).toContain("/v1/traces");
    await new Promise((resolve) => collector.close(resolve));
  });
});
