import type * as contracts from "@parley/contracts";
import { afterEach, describe, expect, expectTypeOf, it } from "vitest";
import type { z } from "zod";
import { type Answer, createOwnerClient, createParleyClient, type Input, type Schemas } from "../src/index.js";
import { type FlakyServer, flakyServer, json } from "./flaky-server.js";

const retry = { baseMs: 5, maxMs: 50 };

describe("calls of the management API", () => {
  let server: FlakyServer | undefined;
  afterEach(() => server?.close());
  const owner = () => createOwnerClient({ baseUrl: server?.url ?? "", token: "ak_test", retry });

  it("request the path of the operation with every part encoded, and with query, body and token", async () => {
    server = await flakyServer((_nth, response) => json(response, 200, { address: "x" }));
    const at = { agent: "clinic desk", email: "ada/../x@example.com" };
    await owner().call("PUT /api/agents/{agent}/memory/{email}", { path: at, body: { notes: "Tea." } });
    await owner().call("GET /api/users", { query: { limit: 2 } });
    await owner().call("GET /api/users/me");
    expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "PUT /api/agents/clinic%20desk/memory/ada%2F..%2Fx%40example.com",
      "GET /api/users?limit=2",
      "GET /api/users/me",
    ]);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(Array(3).fill("Bearer ak_test"));
    expect(server.seen.map(({ body }) => body)).toEqual(['{"notes":"Tea."}', "", ""]);
    // An empty part would be another path.
    const nobody = owner().call("DELETE /api/users/{id}", { path: { id: "" } });
    await expect(nobody).rejects.toThrow("path.id is missing");
    expect(server.seen).toHaveLength(3);
  });

  it("keep the idempotency key of a POST across retries, and accept the caller's own", async () => {
    server = await flakyServer((nth, response) => json(response, nth === 1 ? 503 : 201, { id: "u" }));
    const body = { email: "ada@example.com", role: "viewer" } as const;
    await owner().call("POST /api/users", { body });
    await owner().call("POST /api/users", { body, idempotencyKey: "mine" });
    const [first, again, given] = server.seen.map(({ headers }) => headers["idempotency-key"]);
    expect([first, given]).toEqual([again, "mine"]);
    expect(first?.length).toBeGreaterThan(20);
  });

  it("fetch pages one by one, and only those that are consumed", async () => {
    server = await flakyServer((nth, response) =>
      json(response, 200, {
        data: [{ id: `${nth}a` }, { id: `${nth}b` }],
        next_cursor: nth < 3 ? `to ${nth + 1}` : null,
      }),
    );
    const seen: string[] = [];
    for await (const { id } of owner().list("GET /api/users", { query: { limit: 2 } })) seen.push(id);
    expect(seen).toEqual(["1a", "1b", "2a", "2b", "3a", "3b"]);
    expect(server.seen.map(({ path }) => path)).toEqual([
      "/api/users?limit=2",
      "/api/users?limit=2&cursor=to+2",
      "/api/users?limit=2&cursor=to+3",
    ]);
    for await (const _ of owner().list("GET /api/users")) break;
    expect(server.seen).toHaveLength(4);
  });

  it("stream files as they arrive, and work with a signing key too", async () => {
    server = await flakyServer((_nth, response) => void response.end("PK"));
    const client = createParleyClient({ baseUrl: server.url, apiKey: "a key", retry });
    const body = { email: "ada@example.com" };
    expect(await client.open("POST /api/privacy/export", { body }, (response) => response.text())).toBe("PK");
    expect(server.seen[0]?.headers["x-signature"]).toMatch(/^[0-9a-f]{64}$/);
    expect(() => createOwnerClient({ baseUrl: "http://localhost", token: "" })).toThrow("token is empty");
  });

  it("are typed as the product declares them", () => {
    type Out<S extends z.ZodType> = z.output<S>;
    expectTypeOf<Schemas["User"]>().toEqualTypeOf<Out<typeof contracts.userView>>();
    expectTypeOf<Answer<"GET /api/users/me">>().toEqualTypeOf<Out<typeof contracts.whoAmI>>();
    expectTypeOf<Schemas["Memory"]>().toEqualTypeOf<Out<typeof contracts.memoryView>>();
    expectTypeOf<Input<"POST /api/users">["body"]>().toEqualTypeOf<z.input<typeof contracts.inviteUserBody>>();
    // @ts-expect-error: a role that does not exist
    const wrong: Input<"POST /api/users"> = { body: { email: "a@example.com", role: "boss" } };
    expect(wrong.body.role).toBe("boss");
  });
});
