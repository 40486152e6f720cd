import { createServer } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  createLogger,
  currentTraceId,
  currentTraceparent,
  injectTrace,
  startRequestTrace,
  startTracing,
  withExtractedTrace,
  withOwnTrace,
  withoutTrace,
  withSpan,
} from "../src/index.js";

afterEach(() => vi.unstubAllEnvs());

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

describe("tracing", () => {
  it("exports nothing without an endpoint, and adds no header outside of a trace", async () => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", "");
    expect(await startTracing("test")).toBeNull();
    const headers: Record<string, string> = {};
    injectTrace(headers);
    expect(headers).toEqual({});
    expect(currentTraceId()).toBeUndefined();
  });

  it("propagates the caller's trace without an endpoint, through awaited work only", async () => {
    const request = startRequestTrace(PARENT);
    expect(request.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/);
    const outgoing = await request.run(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return currentTraceparent();
    });
    expect(outgoing).toBe(request.traceparent);
    expect(withExtractedTrace({ traceparent: request.traceparent }, currentTraceId)).toBe(TRACE);
    expect(currentTraceId()).toBeUndefined();
  });

  it.each([
    ["none", undefined],
    ["another length", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b71692033-01"],
    ["upper case", PARENT.toUpperCase()],
    ["no trace id", `00-${"0".repeat(32)}-b7ad6b7169203331-01`],
    ["no span id", `00-0af7651916cd43dd8448eb211c80319c-${"0".repeat(16)}-01`],
    ["the forbidden version", PARENT.replace("00-", "ff-")],
    ["something behind it", `${PARENT}-more`],
    ["two of them", `${PARENT}, ${PARENT}`],
    ["another text", "'; drop table tenants --"],
  ])("begins a new trace for a traceparent with %s, and does not believe it on the bus", (_what, given) => {
    const fresh = startRequestTrace(given).traceparent;
    expect(fresh).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-00$/);
    expect(fresh).not.toContain(TRACE);
    expect(withExtractedTrace(given === undefined ? {} : { traceparent: given }, currentTraceId)).toBeUndefined();
  });

  it("parses a later version of the standard by its known prefix", () => {
    expect(startRequestTrace(`${PARENT.replace("00-", "cc-")}-more`).traceparent).toContain(`00-${TRACE}-`);
  });

  it("gives stored work its own trace, never the current one", () => {
    startRequestTrace(PARENT).run(() => {
      const stored = `00-${"1".repeat(32)}-${"2".repeat(16)}-00`;
      expect(withOwnTrace(stored, currentTraceparent)).toBe(stored);
      expect(withOwnTrace(null, currentTraceId, "3".repeat(32))).toBe("3".repeat(32));
      expect(withOwnTrace("broken", currentTraceId)).toMatch(/^(?!0af7651916cd43dd8448eb211c80319c)[0-9a-f]{32}$/);
      expect(withoutTrace(currentTraceId)).toBeUndefined();
      expect(currentTraceId()).toBe(TRACE);
    });
  });

  it("puts the id of the trace into each log line of its work", () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const logger = createLogger({ service: "test", level: "info", destination });
    startRequestTrace(PARENT).run(() => logger.info({ requestId: "r" }, "inside"));
    logger.info("outside");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { trace_id: TRACE, requestId: "r" },
      { msg: "outside" },
    ]);
    expect(lines[1]).not.toContain("trace_id");
  });

  it("continues the caller's trace across headers and exports it, with the errors logged meanwhile", async () => {
    const told: { path: string | undefined; body: string }[] = [];
    const collector = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        told.push({ path: request.url, body: Buffer.concat(chunks).toString() });
        response.end();
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
    const address = collector.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", `http://127.0.0.1:${port}`);
    vi.stubEnv("OTEL_LOGS_EXPORTER", "otlp");
    const logger = createLogger({ service: "test", level: "info", destination: { write: () => undefined } });

    const tracing = await startTracing("test");
    const outgoing: Record<string, string> = {};
    await withExtractedTrace({ traceparent: PARENT }, () =>
      withSpan("work", { kind: "consumer" }, async () => {
        expect(currentTraceId()).toBe("0af7651916cd43dd8448eb211c80319c");
        injectTrace(outgoing);
        logger.warn("not.reported");
        logger.error({ err: new TypeError("of ak_0123456789abcdef"), text: "Ada", attempt: 2 }, "turn.failed");
      }),
    );
    expect(outgoing.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/);
    const request = startRequestTrace(PARENT);
    expect(request.traceparent).toMatch(new RegExp(`^00-${TRACE}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`));
    expect(request.run(currentTraceparent)).toBe(request.traceparent);
    expect(withOwnTrace(PARENT, currentTraceId)).toBe(TRACE);
    request.end({ method: "GET", route: "/x", status: 200 });
    await expect(withSpan("fails", {}, () => Promise.reject(new Error("x")))).rejects.toThrow("x");
    await tracing?.stop();
    logger.error("after.the.end");
    expect(told.map(({ path }) => path).sort()).toEqual(["/v1/logs", "/v1/traces"]);
    const reports = JSON.parse(told.find(({ path }) => path === "/v1/logs")?.body ?? "");
    const [record, ...more] = reports.resourceLogs[0].scopeLogs[0].logRecords;
    expect(more).toEqual([]);
    expect(record).toMatchObject({ traceId: TRACE, severityText: "ERROR", body: { stringValue: "turn.failed" } });
    expect(record.attributes).toEqual(
      expect.arrayContaining([
        { key: "exception.type", value: { stringValue: "TypeError" } },
        { key: "exception.message", value: { stringValue: "of ak_[redacted]" } },
        { key: "attempt", value: { intValue: 2 } },
        { key: "text", value: { stringValue: "[redacted]" } },
      ]),
    );
    await new Promise((resolve) => collector.close(resolve));
  });
});
