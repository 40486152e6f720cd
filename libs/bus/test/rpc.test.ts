import { AppError, rpc } from "@parley/contracts";
import { createMetrics, currentTraceId, startTracing, withExtractedTrace, withSpan } from "@parley/observability";
import { endsWithin, eventually, startNats } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { Bus, RpcContext } from "../src/index.js";
import { fleet, gate } from "./support.js";

let nats: Awaited<ReturnType<typeof startNats>>;
const { bus: newBus, raw, close } = fleet(() => nats.url);
beforeAll(async () => {
  nats = await startNats();
});
afterEach(async () => {
  await close();
  vi.unstubAllEnvs();
});
afterAll(() => nats.destroy());

const echo = rpc(
  "test",
  "echo",
  "tester",
  z.object({ text: z.string(), times: z.number().default(1) }),
  z.object({ text: z.string() }),
);

const WAYS = ["over the server", "in one process"] as const;

async function pair(way: (typeof WAYS)[number] = "over the server"): Promise<{ server: Bus; client: Bus }> {
  const server = await newBus("server");
  return { server, client: way === "in one process" ? server : await newBus("client") };
}

/** The AppError code that a promise rejects with. */
async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
  return "resolved";
}

describe.each(WAYS)("rpc %s", (way) => {
  it("parses input and output on both sides: defaults are filled, undeclared fields do not travel", async () => {
    const { server, client } = await pair(way);
    server.serve(echo, async ({ text, times }) => {
      const answer = { text: text.repeat(times), secret: "hash" };
      return answer;
    });
    await eventually(async () => expect(await client.call(echo, { text: "a" })).toEqual({ text: "a" }));
    expect(await client.call(echo, { text: "a", times: 3 })).toEqual({ text: "aaa" });
  });

  it("rethrows the other side's AppError with its public parts only", async () => {
    const { server, client } = await pair(way);
    server.serve(echo, async () => {
      throw new AppError("rate_limited", { retryAfterSeconds: 7, extra: { scope: "link" }, internal: "hidden" });
    });
    const error = await eventually(async () => {
      const failure = await client.call(echo, { text: "x" }).catch((thrown: unknown) => thrown);
      if (!(failure instanceof AppError) || failure.code === "not_ready") throw failure;
      return failure;
    });
    expect(error).toMatchObject({
      code: "rate_limited",
      retryAfterSeconds: 7,
      extra: { scope: "link" },
      internal: undefined,
    });
  });

  it("reports any other error as internal", async () => {
    const { server, client } = await pair(way);
    server.serve(echo, async () => {
      throw new TypeError("select * from secrets");
    });
    await eventually(async () => expect(await codeOf(client.call(echo, { text: "x" }))).toBe("internal"));
  });

  it("rejects input and output that violate the schema", async () => {
    const { server, client } = await pair(way);
    const loose = rpc("test", "echo", "tester", z.unknown(), z.object({ text: z.string() }));
    const wrong = rpc("test", "wrong", "tester", z.object({}), z.object({ n: z.number() }));
    const handler = vi.fn(async () => ({ text: "x" }));
    server.serve(echo, handler);
    server.serve(wrong, async () => ({ n: Number.NaN }));
    await eventually(async () => expect(await codeOf(client.call(wrong, {}))).toBe("internal"));
    expect(await codeOf(client.call(loose, { text: 5 }))).toBe("internal");
    expect(handler).not.toHaveBeenCalled();
  });

  it("fails with overloaded at the deadline, and the handler's signal aborts", async () => {
    const { server, client } = await pair(way);
    const context = gate<RpcContext>();
    const { opened } = context;
    // Answered after the caller has given up: an answer at the deadline itself may still overtake it.
    const late = gate<void>();
    server.serve(echo, async ({ text }, ctx) => {
      if (text === "ping") return { text };
      context.open(ctx);
      return late.opened.then(() => ({ text }));
    });
    await eventually(() => client.call(echo, { text: "ping" }));
    const began = performance.now();
    expect(await codeOf(client.call(echo, { text: "x" }, { deadlineMs: 150, requestId: "req-1" }))).toBe("overloaded");
    expect(performance.now() - began).toBeGreaterThan(140);
    const { signal, deadlineAt, requestId } = await opened;
    expect(requestId).toBe("req-1");
    // The caller's deadline, not the five seconds of a contract that names none.
    expect(deadlineAt - began).toBeLessThan(4_000);
    await eventually(() => signal.aborted);
    late.open();
  });

  it("aborts the handler's signal when the bus is closed", async () => {
    const { server, client } = await pair(way);
    const context = gate<AbortSignal>();
    server.serve(echo, async ({ text }, ctx) => {
      if (text === "ping") return { text };
      context.open(ctx.signal);
      return new Promise(() => undefined);
    });
    await eventually(() => client.call(echo, { text: "ping" }));
    const call = codeOf(client.call(echo, { text: "x" }, { deadlineMs: 3_000 }));
    const signal = await context.opened;
    expect(signal.aborted).toBe(false);
    await server.close();
    expect(signal.aborted).toBe(true);
    expect(await call).toBe("overloaded");
  });

  it("gives up when the caller's signal aborts", async () => {
    const { server, client } = await pair(way);
    server.serve(echo, async ({ text }) => (text === "ping" ? { text } : new Promise(() => undefined)));
    await eventually(() => client.call(echo, { text: "ping" }));
    const controller = new AbortController();
    const call = client.call(echo, { text: "x" }, { signal: controller.signal });
    controller.abort(new Error("client gone"));
    await expect(call).rejects.toThrow("client gone");
  });

  it("sheds calls above maxInFlight", async () => {
    const { server, client } = await pair(way);
    const { open, opened } = gate();
    let running = 0;
    server.serve(
      echo,
      async ({ text }) => {
        if (text === "ping") return { text };
        running++;
        await opened;
        return { text };
      },
      { maxInFlight: 2 },
    );
    await eventually(() => client.call(echo, { text: "ping" }));
    const calls = Array.from({ length: 5 }, () => codeOf(client.call(echo, { text: "x" })));
    const first = await Promise.race(calls);
    expect(first).toBe("overloaded");
    expect(running).toBe(2);
    open();
    expect((await Promise.all(calls)).sort()).toEqual([
      "overloaded",
      "overloaded",
      "overloaded",
      "resolved",
      "resolved",
    ]);
  });

  it("finishes pending calls on drain, and accepts no new ones", async () => {
    const { server, client } = await pair(way);
    const { open, opened } = gate();
    const started = gate();
    server.serve(echo, async ({ text }) => {
      if (text === "slow") {
        started.open();
        await opened;
      }
      return { text };
    });
    await eventually(() => client.call(echo, { text: "ping" }));
    const slow = client.call(echo, { text: "slow" });
    await started.opened;
    const drained = server.drain();
    await eventually(async () => expect(await codeOf(client.call(echo, { text: "new" }))).toBe("not_ready"));
    open();
    expect(await slow).toEqual({ text: "slow" });
    await drained;
    expect(server.status().connected).toBe(false);
    expect(await codeOf(server.call(echo, { text: "x" }))).toBe("not_ready");
  });

  it("propagates the trace to the other side", async () => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
    const tracing = await startTracing("test");
    const { server, client } = await pair(way);
    server.serve(echo, async () => ({ text: currentTraceId() ?? "none" }));
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const answer = await eventually(() =>
      withExtractedTrace({ traceparent }, () => withSpan("caller", {}, () => client.call(echo, { text: "x" }))),
    );
    expect(answer.text).toBe("0af7651916cd43dd8448eb211c80319c");
    await tracing?.stop();
  });
});

describe("rpc", () => {
  it("balances calls across the replicas of a service", async () => {
    const client = await newBus();
    const seen: string[] = [];
    for (const name of ["one", "two"]) {
      (await newBus(name)).serve(echo, async ({ text }) => {
        seen.push(name);
        return { text };
      });
    }
    // Both subscriptions have reached the server.
    await eventually(async () => {
      await client.call(echo, { text: "x" });
      return new Set(seen).size === 2;
    });
    seen.length = 0;
    await Promise.all(Array.from({ length: 40 }, () => client.call(echo, { text: "x" })));
    expect(seen).toHaveLength(40);
    expect(new Set(seen).size).toBe(2);
  });

  it("reaches a handler from the moment its registration resolves", async () => {
    const client = await newBus("client");
    for (let round = 0; round < 30; round += 1) {
      const asked = rpc("test", `settled_${round}`, "tester", z.object({}), z.object({ round: z.number() }));
      const server = await newBus("server");
      server.serve(asked, async () => ({ round }));
      await server.settled();
      expect(await client.call(asked, {})).toEqual({ round });
    }
  });

  it("answers a body that is not JSON with malformed_request", async () => {
    const server = await newBus();
    server.serve(echo, async ({ text }) => ({ text }));
    const connection = await raw();
    const reply = await eventually(() => connection.request(echo.subject, "{nope", { timeout: 1_000 }));
    expect(reply.headers?.get("Parley-Error")).toBe("malformed_request");
  });

  it("fails at once with not_ready when nobody serves", async () => {
    const client = await newBus();
    // A call that waited would end at its deadline, and as overloaded.
    const asked = () => codeOf(client.call(echo, { text: "x" }, { deadlineMs: 20_000 }));
    expect(await endsWithin(1_000, asked)).toBe("not_ready");
  });

  it("reports a request or answer that exceeds the server's maximum size", async () => {
    const { server, client } = await pair();
    server.serve(echo, async ({ text, times }) => ({ text: text.repeat(times) }));
    await eventually(() => client.call(echo, { text: "ping" }));
    const mebibyte = "x".repeat(1_048_576);
    expect(await codeOf(client.call(echo, { text: mebibyte }))).toBe("body_too_large");
    expect(await codeOf(client.call(echo, { text: mebibyte.slice(0, 500_000), times: 4 }))).toBe("internal");
  });

  it("counts calls by subject and outcome", async () => {
    const metrics = createMetrics();
    const client = await newBus("client", { metrics });
    await codeOf(client.call(echo, { text: "x" }));
    (await newBus()).serve(echo, async ({ text }) => ({ text }));
    await eventually(() => client.call(echo, { text: "x" }));
    const text = await metrics.text();
    expect(text).toMatch(/bus_calls_total\{subject="test.v1.rpc.echo",outcome="not_ready"\} [1-9]/);
    expect(text).toContain('bus_calls_total{subject="test.v1.rpc.echo",outcome="ok"} 1');
    expect(text).toContain('bus_call_seconds_count{subject="test.v1.rpc.echo"}');
    expect(text).toContain("bus_connected 1");
  });
});
