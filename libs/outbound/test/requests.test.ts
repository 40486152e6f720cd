import type { ServerResponse } from "node:http";
import { createLogger, createMetrics } from "@parley/observability";
import { createOutbound, type Outbound, type OutboundOptions, type OutboundRequest } from "@parley/outbound";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type LocalServer, localServer } from "./local-server.js";

const lines: string[] = [];
const logger = createLogger({
  service: "test",
  level: "debug",
  destination: { write: (line: string) => void lines.push(line) },
});

let answer: (request: { method: string; path: string; body: string }, response: ServerResponse) => void;
let server: LocalServer;
let outbound: Outbound;
beforeAll(async () => {
  server = await localServer((request, response) => answer(request, response));
});
afterAll(() => server.close());

const client = (more: Partial<OutboundOptions> = {}) =>
  createOutbound({ allowTestHooks: true, logger, metrics: createMetrics(), ...more });
beforeEach(() => {
  server.seen.length = 0;
  outbound = client();
});
afterEach(() => outbound.close());

const at = (path: string) => `http://127.0.0.1:${server.port}${path}`;
const request = (more: Partial<OutboundRequest> = {}): OutboundRequest => ({
  method: "GET",
  url: at("/"),
  timeoutMs: 5_000,
  maxBytes: 10_000,
  tenantId: "t",
  ...more,
});
const redirectTo = (location: string, status = 302) => {
  answer = ({ path }, response) => {
    if (path.startsWith("/from")) response.writeHead(status, { location }).end("moved");
    else response.end("arrived");
  };
};

describe("a request", () => {
  it("sends method, query, headers and body, and returns status, headers and body", async () => {
    answer = (_request, response) => response.writeHead(418, { "x-kind": "tea" }).end("short and stout");
    const result = await outbound.request(
      request({
        method: "POST",
        url: at("/pot?a=1"),
        query: { b: "ö &", c: "" },
        headers: { "X-Key": "k" },
        body: "water",
      }),
    );
    expect(result).toMatchObject({ type: "answered", status: 418, headers: { "x-kind": "tea" }, redirects: 0 });
    expect(result.type === "answered" && result.body.toString()).toBe("short and stout");
    expect(server.seen).toMatchObject([
      {
        method: "POST",
        path: "/pot?a=1&b=%C3%B6+%26&c=",
        body: "water",
        headers: { "x-key": "k", "accept-encoding": "identity" },
      },
    ]);
  });

  it("keeps the query of the URL as written when parameters are added", async () => {
    await outbound.request(request({ url: at("/list?flag&q=a%20b%2Bc&s=~!'"), query: { page: "2" } }));
    await outbound.request(request({ url: at("/list"), query: { page: "2" } }));
    await outbound.request(request({ url: at("/list?q=a%20b#part"), query: {} }));
    expect(server.seen.map(({ path }) => path)).toEqual([
      "/list?flag&q=a%20b%2Bc&s=~!%27&page=2",
      "/list?page=2",
      "/list?q=a%20b",
    ]);
  });

  it.each<[string, Partial<OutboundRequest>, string]>([
    ["another scheme", { url: "file:///etc/passwd" }, "bad_url"],
    ["no scheme", { url: "//127.0.0.1/" }, "bad_url"],
    ["a port of another protocol", { url: "http://127.0.0.1:25/" }, "port_not_allowed"],
    ["credentials in the address", { url: "http://user:pass@127.0.0.1/" }, "bad_url"],
    ["an unknown method", { method: "CONNECT" }, "bad_method"],
    ["a line break in a header", { headers: { "x-a": "1\r\nx-b: 2" } }, "bad_header"],
    ["a line break in a header's name", { headers: { "x-a: 1\r\nx-b": "2" } }, "bad_header"],
    ["a host of its own", { headers: { Host: "internal" } }, "bad_header"],
    ["a length of its own", { headers: { "Content-Length": "3" } }, "bad_header"],
    ["a transfer encoding", { headers: { "transfer-encoding": "chunked" } }, "bad_header"],
    ["headers without end", { headers: { "x-a": "a".repeat(20_000) } }, "bad_header"],
    ["a host that is not listed", { allowedHosts: ["example.com"] }, "host_not_allowed"],
    [
      "a host that only ends like a listed one",
      { url: "http://badexample.com/", allowedHosts: ["*.example.com"] },
      "host_not_allowed",
    ],
    [
      "the name below which all are listed",
      { url: "http://example.com/", allowedHosts: ["*.example.com"] },
      "host_not_allowed",
    ],
  ])("with %s is refused before anything is sent", async (_what, more, reason) => {
    expect(await outbound.request(request(more))).toMatchObject({ type: "refused", reason });
    expect(server.seen).toEqual([]);
  });

  it("cannot be split by line breaks in its path", async () => {
    answer = (_request, response) => response.end();
    await outbound.request(request({ url: at("/a\r\nHost: internal\r\n\r\nGET /b") }));
    expect(server.seen.map(({ path }) => path)).toEqual(["/aHost:%20internalGET%20/b"]);
  });

  it("reaches hosts on its list, by name and below one", async () => {
    answer = (_request, response) => response.end();
    const named = client({ resolve: async () => ["127.0.0.1"] });
    for (const [host, listed] of [
      ["api.example.com", "*.Example.com"],
      ["example.com", "EXAMPLE.com."],
      ["api.example.com.", "api.example.com"],
    ]) {
      const url = `http://${host}:${server.port}/`;
      expect(await named.request(request({ url, allowedHosts: [listed ?? ""] }))).toMatchObject({ type: "answered" });
    }
    await named.close();
  });

  it("stops reading at the limit, even without Content-Length", async () => {
    answer = (_request, response) => {
      const more = (): void => {
        if (!response.destroyed) response.write("x".repeat(5_000), () => setImmediate(more));
      };
      more();
    };
    expect(await outbound.request(request({ maxBytes: 20_000 }))).toMatchObject({ type: "too_large", status: 200 });
  });

  it("accepts an answer of exactly the limit", async () => {
    answer = (_request, response) => response.end("x".repeat(10_000));
    expect(await outbound.request(request())).toMatchObject({ type: "answered" });
  });

  it.each<[string, typeof answer]>([
    ["says nothing", () => undefined],
    ["drips its body", (_request, response) => void setInterval(() => response.write("x"), 20).unref()],
  ])("ends at its deadline when the other side %s", async (_what, slow) => {
    answer = slow;
    const result = await outbound.request(request({ timeoutMs: 200 }));
    expect(result.type).toBe("timeout");
    expect(result.ms).toBeGreaterThanOrEqual(190);
  });

  it("ends at its deadline when name resolution hangs", async () => {
    const lost = client({ resolve: () => new Promise(() => undefined) });
    expect(await lost.request(request({ url: "http://lost.example/", timeoutMs: 100 }))).toMatchObject({
      type: "timeout",
    });
    await lost.close();
  });

  it("reports unreachable when nobody listens, the name is unknown, or the answer is not HTTP", async () => {
    expect(await outbound.request(request({ url: "http://127.0.0.1:1/" }))).toMatchObject({ type: "unreachable" });
    const unknown = client({ resolve: async () => Promise.reject(new Error("ENOTFOUND")) });
    expect(await unknown.request(request({ url: "http://unknown.example/" }))).toMatchObject({ type: "unreachable" });
    await unknown.close();
    answer = (_request, response) => void response.socket?.end("220 mail ready\r\n");
    expect(await outbound.request(request())).toMatchObject({ type: "unreachable" });
  });

  it("throws the caller's reason when the caller gives up", async () => {
    answer = () => undefined;
    const caller = new AbortController();
    const going = outbound.request(request({ signal: caller.signal }));
    caller.abort(new Error("stopped"));
    await expect(going).rejects.toThrow("stopped");
  });

  it("logs neither address nor headers", async () => {
    answer = (_request, response) => response.end();
    lines.length = 0;
    await outbound.request(request({ url: at("/?token=s3cr3t"), headers: { authorization: "Bearer s3cr3t" } }));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join("")).not.toMatch(/s3cr3t|127\.0\.0\.1/);
  });
});

describe("a name", () => {
  it("is resolved for each connection, and refused when it changes to a forbidden address", async () => {
    answer = (_request, response) => response.writeHead(200, { connection: "close" }).end();
    let asked = 0;
    const rebound = client({
      allowTestHooks: false,
      allowedCidrs: ["127.0.0.1/32"],
      resolve: async () => (asked++ === 0 ? ["127.0.0.1"] : ["127.0.0.2"]),
    });
    const url = `http://rebind.example:${server.port}/`;
    expect(await rebound.request(request({ url }))).toMatchObject({ type: "answered" });
    expect(await rebound.request(request({ url }))).toMatchObject({ type: "refused", reason: "private_address" });
    expect(asked).toBe(2);
    await rebound.close();
  });

  it("is not resolved again between the check and the connection", async () => {
    answer = (_request, response) => response.end();
    let asked = 0;
    const once = client({
      resolve: async () => {
        asked += 1;
        return ["127.0.0.1"];
      },
    });
    expect(await once.request(request({ url: `http://once.example:${server.port}/` }))).toMatchObject({ status: 200 });
    expect(asked).toBe(1);
    expect(server.seen[0]?.headers.host).toBe(`once.example:${server.port}`);
    await once.close();
  });
});

describe("a redirect", () => {
  it("is returned as the answer unless redirects are enabled", async () => {
    redirectTo("/to");
    expect(await outbound.request(request({ url: at("/from") }))).toMatchObject({ type: "answered", status: 302 });
    expect(server.seen).toHaveLength(1);
  });

  it.each<[number, string, string, string]>([
    [301, "POST", "GET", ""],
    [302, "POST", "GET", ""],
    [303, "PUT", "GET", ""],
    [302, "PUT", "PUT", "b"],
    [307, "POST", "POST", "b"],
    [308, "POST", "POST", "b"],
  ])("with %i makes a %s into a %s", async (status, method, then, body) => {
    redirectTo("/to", status);
    const result = await outbound.request(request({ method, url: at("/from"), body: "b", maxRedirects: 3 }));
    expect(result).toMatchObject({ status: 200, redirects: 1 });
    expect(server.seen[1]).toMatchObject({ method: then, body });
  });

  it.each([
    ["a private address", "http://10.0.0.1/", "private_address"],
    ["metadata", "http://169.254.169.254/latest", "private_address"],
    ["another scheme", "ftp://127.0.0.1/", "bad_url"],
    ["credentials", "http://a:b@127.0.0.1/", "bad_url"],
    ["a host that is not listed", "http://localhost/", "host_not_allowed"],
  ])("to %s is refused", async (_what, location, reason) => {
    redirectTo(location);
    const allowedHosts = reason === "host_not_allowed" ? ["127.0.0.1"] : null;
    const result = await outbound.request(request({ url: at("/from"), maxRedirects: 3, allowedHosts }));
    expect(result).toMatchObject({ type: "refused", reason });
    expect(server.seen).toHaveLength(1);
  });

  it("is followed three times and no more", async () => {
    redirectTo("/from-again");
    const result = await outbound.request(request({ url: at("/from"), maxRedirects: 3 }));
    expect(result).toMatchObject({ type: "refused", reason: "too_many_redirects" });
    expect(server.seen).toHaveLength(4);
  });

  it("to another origin carries no secrets", async () => {
    const other = await localServer((_request, response) => response.end());
    redirectTo(`http://127.0.0.1:${other.port}/to`, 307);
    const headers = { authorization: "Bearer s", cookie: "s", "x-api-key": "s", "content-type": "text/plain" };
    await outbound.request(request({ method: "POST", url: at("/from"), body: "b", headers, maxRedirects: 3 }));
    expect(other.seen[0]?.headers).toMatchObject({ "content-type": "text/plain" });
    for (const name of ["authorization", "cookie", "x-api-key"]) expect(other.seen[0]?.headers[name]).toBeUndefined();
    await other.close();
  });
});

describe("a tenant", () => {
  it("has a limited number of concurrent requests, without affecting other tenants", async () => {
    const held: ServerResponse[] = [];
    answer = (_request, response) => void held.push(response);
    const narrow = client({ perTenant: 2 });
    const going = [1, 2, 3].map(() => narrow.request(request({ timeoutMs: 10_000 })));
    const other = narrow.request(request({ tenantId: "other" }));
    await expect.poll(() => held.length).toBe(3);
    expect(await narrow.request(request({ timeoutMs: 50 }))).toMatchObject({ type: "timeout" });
    expect(held).toHaveLength(3);
    while (held.length > 0) held.pop()?.end();
    await expect.poll(() => held.length).toBe(1);
    held.pop()?.end();
    for (const result of await Promise.all([...going, other])) expect(result).toMatchObject({ status: 200 });
    await narrow.close();
  });
});
