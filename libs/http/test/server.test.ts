import { connect } from "node:net";
import { AppError } from "@parley/contracts";
import { createLogger, createMetrics, currentTraceparent } from "@parley/observability";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { closeServer, createHttpServer, type HttpApp, type HttpServerOptions, notFound } from "../src/index.js";

const apps: HttpApp[] = [];
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => closeServer(app, 500)));
});

async function start(routes: (app: HttpApp) => void, options: Partial<HttpServerOptions> = {}) {
  const lines: string[] = [];
  const logger = createLogger({ service: "test", level: "debug", destination: { write: (line) => lines.push(line) } });
  const app = createHttpServer({ logger, metrics: createMetrics(), ...options });
  apps.push(app);
  routes(app);
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  return { app, url, port: Number(new URL(url).port), lines };
}

const echo = (app: HttpApp): void => {
  app.post("/echo", { schema: { body: z.unknown() } }, async (request) => ({ got: request.body ?? null }));
  app.get("/boom", async () => {
    throw new Error("secret detail in /var/lib");
  });
  app.post("/strict", { schema: { body: z.strictObject({ name: z.string() }) } }, async () => ({}));
};

const post = (
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = { "content-type": "application/json" },
) => fetch(url, { method: "POST", body, headers });

const problem = z.looseObject({ code: z.string() });
const codeOf = (body: unknown): string => problem.parse(body).code;

/** Sends raw bytes and reads until the server closes. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString();
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

describe("bodies", () => {
  it("answers 400 to unparsable bodies and 422 to those that violate the schema", async () => {
    const { url } = await start(echo);
    const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
    const cases: [body: string | Uint8Array<ArrayBuffer>, status: number, code: string][] = [
      ["{", 400, "malformed_json"],
      [Buffer.from([0x22, 0xff, 0x22]), 400, "malformed_json"],
      ['{"__proto__":{"a":1}}', 400, "malformed_json"],
      [`{"a":{"__proto__":1}}`, 400, "malformed_json"],
      [deep(33), 400, "malformed_json"],
      ['{"a":"\\u0000"}', 422, "validation_failed"],
      ['{"a":"\\ud800"}', 422, "validation_failed"],
      ['\ufeff{"a":1}', 400, "malformed_json"],
    ];
    for (const [body, status, code] of cases) {
      const answer = await post(`${url}/echo`, body);
      expect([answer.status, codeOf(await answer.json())]).toEqual([status, code]);
    }
    expect((await post(`${url}/echo`, deep(32))).status).toBe(200);
    expect(await (await post(`${url}/echo`, '{"a":"\\ud83d\\ude00"}')).json()).toEqual({ got: { a: "😀" } });
  });

  it("refuses an empty body as unreadable where one is required, and accepts it where it is optional", async () => {
    const { url } = await start((app) => {
      echo(app);
      app.post("/optional", { schema: { body: z.strictObject({}).default({}) } }, async () => ({}));
    });
    for (const path of ["/strict", "/optional"]) {
      const [empty, none] = [await post(url + path, ""), await fetch(url + path, { method: "POST" })];
      const expected = path === "/strict" ? [400, "malformed_json"] : [200, undefined];
      for (const answer of [empty, none]) {
        const body = z.looseObject({ code: z.string().optional() }).parse(await answer.json());
        expect([path, answer.status, body.code]).toEqual([path, ...expected]);
      }
    }
    const nothing = await post(`${url}/strict`, "null");
    expect([nothing.status, codeOf(await nothing.json())]).toEqual([422, "validation_failed"]);
  });

  it("names invalid fields by pointer and rule, and never repeats the value", async () => {
    const { url } = await start(echo);
    const answer = await post(`${url}/strict`, '{"name":4711,"titel":"hidden-value"}');
    const text = await answer.text();
    expect(answer.status).toBe(422);
    expect(JSON.parse(text).errors).toMatchObject([
      { pointer: "/name", rule: "invalid_type" },
      { pointer: "/titel", rule: "unknown_field" },
    ]);
    expect(JSON.parse(text).detail).toBe("name: must be a string (and 1 more)");
    expect(text).not.toContain("4711");
    expect(text).not.toContain("hidden-value");
  });

  it("accepts only JSON in UTF-8", async () => {
    const { url } = await start(echo);
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "application/json; charset=latin1",
      "application/jsonx",
      "nonsense",
    ]) {
      const answer = await post(`${url}/echo`, "{}", { "content-type": type });
      expect([type, answer.status]).toEqual([type, 415]);
    }
    expect((await post(`${url}/echo`, "{}", { "content-type": "application/json; charset=UTF-8" })).status).toBe(200);
    const packed = await post(`${url}/echo`, "{}", { "content-type": "application/json", "content-encoding": "gzip" });
    expect(packed.status).toBe(415);
  });

  it("refuses 256 KiB and one byte, with or without Content-Length", async () => {
    const { url, port } = await start(echo);
    const fits = JSON.stringify("a".repeat(262_144 - 2));
    expect((await post(`${url}/echo`, fits)).status).toBe(200);
    expect((await post(`${url}/echo`, ` ${fits}`)).status).toBe(413);
    const chunk = `10000\r\n${"a".repeat(65_536)}\r\n`;
    const head =
      "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    expect(await raw(port, head + chunk.repeat(5))).toMatch(/^HTTP\/1.1 413 /);
  });
});

describe("errors", () => {
  it("hides internal errors and logs them with the route pattern", async () => {
    const { url, lines } = await start(echo);
    const answer = await fetch(`${url}/boom?token=visible`);
    const body = await answer.json();
    expect(answer.status).toBe(500);
    expect(answer.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
    expect(body).toMatchObject({ code: "internal", status: 500, request_id: answer.headers.get("x-request-id") });
    expect(JSON.stringify(body)).not.toContain("secret detail");
    expect(lines.join("")).toContain("secret detail");
    expect(lines.join("")).not.toContain("visible");
  });

  it("answers 404, 405 with Allow, bad escapes and overlong parameters as problems without echoing the path", async () => {
    const { url } = await start((app) => {
      echo(app);
      app.get("/items/:id", async () => ({}));
    });
    const missing = await fetch(`${url}/nothing-here`);
    expect([missing.status, codeOf(await missing.clone().json())]).toEqual([404, "not_found"]);
    expect(await missing.text()).not.toContain("nothing-here");
    const wrongMethod = await fetch(`${url}/items/4`, { method: "PUT", body: "x" });
    expect([wrongMethod.status, wrongMethod.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    expect((await fetch(`${url}/items/%zz`)).status).toBe(400);
    expect((await fetch(`${url}/items/${"a".repeat(300)}`)).status).toBe(404);
  });

  it("puts the details of the error into headers and body", async () => {
    const { url } = await start((app) => {
      app.get("/limited", async () => {
        throw new AppError("rate_limited", { retryAfterSeconds: 2.2, extra: { scope: "session" } });
      });
    });
    const answer = await fetch(`${url}/limited`);
    expect(answer.headers.get("retry-after")).toBe("3");
    expect(await answer.json()).toMatchObject({
      type: "urn:parley:error:rate_limited",
      doc_url: "/docs/errors#rate_limited",
      code: "rate_limited",
      scope: "session",
      retry_after: 3,
      message: "Too many requests; wait before the next one.",
    });
  });

  it("answers hostile framing with a problem on the raw socket", async () => {
    const { port } = await start(echo);
    const cases: [request: string, status: number][] = [
      ["GARBAGE\r\n\r\n", 400],
      ["GET /x HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n", 400],
      ["GET /x HTTP/1.1\r\n\r\n", 400],
      ["POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400],
      ["POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab", 400],
      [`GET /x HTTP/1.1\r\nhost: a\r\nx-big: ${"a".repeat(20_000)}\r\n\r\n`, 431],
      ["GET /x HTTP/1.1\r\nhost: a\r\nbad header: x\r\n\r\n", 400],
    ];
    for (const [request, status] of cases) {
      const answer = await raw(port, request);
      expect([request.slice(0, 40), answer.slice(0, 12)]).toEqual([request.slice(0, 40), `HTTP/1.1 ${status}`]);
      expect([request.slice(0, 40), answer.includes('"type":"urn:parley:error:')]).toEqual([
        request.slice(0, 40),
        true,
      ]);
    }
  });

  it("does not reveal on a guarded prefix what exists", async () => {
    const guarded = (app: HttpApp): void => {
      app.register(
        async (scope: HttpApp) => {
          scope.addHook("preParsing", async (request) => {
            if (request.headers.authorization !== "yes") throw new AppError("invalid_token");
            if (request.is404) throw notFound(request);
          });
          scope.setNotFoundHandler((request) => {
            throw notFound(request);
          });
          scope.get("/known", async () => ({}));
        },
        { prefix: "/api" },
      );
    };
    const { url } = await start(guarded, { authenticatedPrefixes: ["/api"] });
    const bodies: string[] = [];
    for (const [method, path] of [
      ["GET", "/api/known"],
      ["GET", "/api/unknown"],
      ["PUT", "/api/known"],
    ]) {
      const answer = await fetch(url + path, { method: method ?? "", headers: { "x-request-id": "same-request" } });
      expect(answer.status).toBe(401);
      bodies.push(await answer.text());
    }
    expect(new Set(bodies).size).toBe(1);
    const known = { authorization: "yes" };
    expect((await fetch(`${url}/api/unknown`, { headers: known })).status).toBe(404);
    expect((await fetch(`${url}/api/known`, { method: "PUT", headers: known, body: "x" })).status).toBe(405);
  });
});

describe("the trace of a request", () => {
  const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const traceparent = "traceparent";

  it("is the caller's in the answer, after reading the body, and in the log", async () => {
    const inside: (string | undefined)[] = [];
    const { url, lines } = await start((app) => {
      echo(app);
      app.post("/trace", { schema: { body: z.unknown() } }, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        inside.push(currentTraceparent());
        return {};
      });
    });
    const headers = { "content-type": "application/json", traceparent: PARENT };
    const answer = await post(`${url}/trace`, "{}", headers);
    const told = answer.headers.get(traceparent);
    expect(told).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/);
    expect(inside).toEqual([told]);
    await fetch(`${url}/boom`, { headers });
    expect(lines.find((line) => line.includes("http.failed"))).toContain(
      `"trace_id":"0af7651916cd43dd8448eb211c80319c"`,
    );
  });

  it("is in every answer: all kinds of problems, streams, and requests that could not be parsed", async () => {
    const { url, port, lines } = await start(
      (app) => {
        echo(app);
        app.get("/events", { config: { longLived: true } }, async (_request, reply) => app.sse.open(reply).close());
      },
      { maxInFlight: 100 },
    );
    const one = /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/;
    const answers = [
      await post(`${url}/echo`, "{"),
      await post(`${url}/strict`, "{}"),
      await fetch(`${url}/boom`),
      await fetch(`${url}/nowhere`),
      await fetch(`${url}/%zz`),
      await fetch(`${url}/events`),
      await fetch(`${url}/echo`, { method: "DELETE" }),
    ];
    for (const answer of answers)
      expect([answer.status, answer.headers.get(traceparent)]).toEqual([answer.status, expect.stringMatching(one)]);
    expect(new Set(answers.map((answer) => answer.headers.get(traceparent))).size).toBe(answers.length);
    // The line of log is in the trace that the caller was told; an address that cannot be read is no request yet.
    const logged = () => lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "http.request");
    await expect.poll(() => logged().length).toBe(answers.length - 1);
    const told = answers.map((answer) => answer.headers.get(traceparent)?.split("-")[1]);
    for (const { trace_id } of logged()) expect(told).toContain(trace_id);
    expect(await raw(port, "NONSENSE\r\n\r\n")).toMatch(/traceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-00/);
    const twice = `GET /nowhere HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntraceparent: ${PARENT}\r\ntraceparent: ${PARENT}\r\n\r\n`;
    expect(await raw(port, twice)).not.toContain(PARENT.slice(3, 35));
  });
});

describe("what operators see of requests", () => {
  it("is one log line each, with the route pattern and never the path, and none for probes", async () => {
    const { url, lines } = await start((app) => {
      app.get("/links/:token", async () => ({}));
      for (const path of ["/healthz", "/health", "/readyz"]) app.get(path, async () => ({}));
    });
    const answer = await fetch(`${url}/links/pl_something?key=hidden-value`);
    await fetch(`${url}/nowhere/pl_something`);
    for (const path of ["/healthz", "/health", "/readyz"]) await fetch(url + path);
    const told = () => lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "http.request");
    await expect.poll(() => told().length).toBe(2);
    const [found, unknown] = told();
    const [method, ms] = ["GET", expect.any(Number)];
    expect(found).toMatchObject({ level: "info", method, route: "/links/:token", status: 200, ms });
    expect(found.requestId).toBe(answer.headers.get("x-request-id"));
    expect(unknown).toMatchObject({ method, route: "unmatched", status: 404 });
    expect(lines.join("")).not.toMatch(/something|hidden-value/);
  });

  it("counts repeats that were answered with their first answer", async () => {
    const metrics = createMetrics();
    const { url } = await start(
      (app) => {
        app.get("/once", async (_request, reply) => reply.header("idempotent-replayed", "true").send({}));
        app.get("/first", async () => ({}));
      },
      { metrics },
    );
    for (const path of ["/first", "/once", "/once"]) await fetch(url + path);
    await expect.poll(() => metrics.text()).toContain('idempotent_replays_total{route="/once"} 2');
    expect(await metrics.text()).not.toContain('idempotent_replays_total{route="/first"}');
  });
});

describe("protection", () => {
  it("sheds above the limit with Retry-After and serves again afterwards", async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { url } = await start(
      (app) => {
        app.get("/slow", async () => {
          await held;
          return {};
        });
      },
      { maxInFlight: 2 },
    );
    const first = [fetch(`${url}/slow`), fetch(`${url}/slow`)];
    await expect.poll(async () => (await fetch(`${url}/nothing`)).status).toBe(503);
    const refused = await fetch(`${url}/slow`);
    expect([refused.status, Number(refused.headers.get("retry-after")) >= 1]).toEqual([503, true]);
    release();
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await fetch(`${url}/slow`)).status).toBe(200);
  });

  it("tells simultaneously shed clients to retry at different times", async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { url } = await start((app) => app.get("/slow", () => held.then(() => ({}))), { maxInFlight: 1 });
    const first = fetch(`${url}/slow`);
    await expect.poll(async () => (await fetch(`${url}/nothing`)).status).toBe(503);
    const refused = await Promise.all(Array.from({ length: 40 }, () => fetch(`${url}/nothing`)));
    const waits = refused.map(({ headers }) => Number(headers.get("retry-after")));
    expect(new Set(waits).size).toBeGreaterThan(1);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1);
    release();
    await first;
  });

  it("accepts a hundred headers and refuses more, however small they are", async () => {
    const { port } = await start(echo);
    const ask = (count: number) => {
      const lines = Array.from({ length: count - 2 }, (_, n) => `x-${n}: 1\r\n`).join("");
      return raw(port, `GET /nothing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${lines}\r\n`);
    };
    expect(await ask(100)).toMatch(/^HTTP\/1.1 404 /);
    for (const count of [101, 2_500]) {
      const answer = await ask(count);
      expect(answer).toMatch(/^HTTP\/1.1 431 /);
      expect(answer).toContain("headers_too_large");
    }
  });

  it("sends the protective headers on every answer", async () => {
    const { url } = await start(echo, { https: true });
    for (const path of ["/nothing", "/boom"]) {
      const { headers } = await fetch(url + path);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.get("strict-transport-security")).toContain("max-age");
    }
  });
});
