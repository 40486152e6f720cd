import { readFileSync } from "node:fs";
import { type ApiClient, createBearerClient } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Planted, plantSecrets } from "./plant.js";
import { type Product, type Replica, startProduct } from "./product.js";

const operation = z.looseObject({
  security: z.array(z.record(z.string(), z.unknown())).optional(),
  requestBody: z.unknown().optional(),
});
const METHODS = ["get", "post", "put", "patch", "delete"] as const;
const openapi = z.object({
  paths: z.record(z.string(), z.partialRecord(z.enum([...METHODS, "parameters"]), operation)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});

const examples = z.looseObject({ examples: z.array(z.unknown()).min(1) });

/** The route table, as `docs:generate` writes it and a repository check keeps it fresh. */
const api = openapi.parse(JSON.parse(readFileSync(new URL("../../../docs/openapi.json", import.meta.url), "utf8")));

interface Route {
  method: string;
  path: string;
  body: unknown;
}

/** What a path calls `kind`. */
const EXPORTS = ["sessions", "messages", "ratings", "traces"];

/** Every route that takes a management token; the order puts what takes things away last. */
const ROUTES: Route[] = METHODS.flatMap((method) =>
  Object.entries(api.paths).flatMap(([path, item]): Route[] => {
    const declared = item[method];
    if (declared === undefined || !declared.security?.some((scheme) => "token" in scheme)) return [];
    const route = { method: method.toUpperCase(), body: exampleOf(declared.requestBody) };
    if (path === "/api/privacy/export" && method === "get") return [{ ...route, path: `${path}?email={email}` }];
    return path.includes("{kind}")
      ? EXPORTS.map((kind) => ({ ...route, path: path.replace("{kind}", kind) }))
      : [{ ...route, path }];
  }),
);

/** The example of a body's schema; `{}` where it has none, as of an import. */
function exampleOf(requestBody: unknown): unknown {
  if (requestBody === undefined) return undefined;
  const [, name] = /#\/components\/schemas\/([A-Za-z]+)/.exec(JSON.stringify(requestBody)) ?? [];
  const schema = name === undefined ? undefined : (api.components.schemas[name] ?? undefined);
  const outer = examples.safeParse(schema);
  // The schema of an input has the examples of what it is made from.
  const inner = examples.safeParse(name === undefined ? undefined : api.components.schemas[name.replace(/Input$/, "")]);
  return outer.data?.examples[0] ?? inner.data?.examples[0] ?? {};
}

let product: Product;
let replica: Replica;
let planted: Planted;
let viewer: ApiClient;
let admin: ApiClient;
beforeAll(async () => {
  product = await startProduct();
  replica = await product.replica({ current: "the master key of an installation with viewers" });
  planted = await plantSecrets(product, replica);
  const owner = createBearerClient({ bases: [replica.url], token: planted.ownerToken });
  const as = async (role: string): Promise<ApiClient> => {
    const made = await owner.call<{ token: string }>("POST", "/api/tokens", { name: role, role });
    return createBearerClient({ bases: [replica.url], token: made.body.token });
  };
  [viewer, admin] = [await as("viewer"), await as("admin")];
  await findIds(owner);
});
afterAll(async () => {
  await planted?.close();
  await product?.close();
});

/** An id for each noun that lists have: `{id}` of a route is the one of the list that it belongs to. */
const lists = new Map<string, string>();
async function findIds(owner: ApiClient): Promise<void> {
  const listed = z.object({ data: z.array(z.looseObject({ id: z.string() })).min(1) });
  for (const { method, path } of ROUTES) {
    if (method !== "GET" || path.endsWith("}")) continue;
    const found = listed.safeParse((await answerTo(owner, { method, path, body: undefined })).body);
    if (found.success) lists.set(path, found.data.data[0]?.id ?? "");
  }
  lists.set("/api/sessions", planted.ids.get("session_id") ?? "");
  // Under a link whose page is open, and whose address a viewer must not get.
  lists.set("/api/agents/{agent}/public-links", planted.link.id);
}

function filled(path: string): string {
  return path.replace(/\{([a-z_]+)\}/g, (_whole, name: string) => {
    if (name !== "id") return encodeURIComponent(planted.ids.get(name) ?? "none");
    const list = path.slice(0, path.indexOf("/{id}"));
    return lists.get(list) ?? "018f3a5e-7c1b-7d2e-8a4f-000000000003";
  });
}

/** Streams never end by themselves: what they send in a second is looked at. */
async function answerTo(
  client: ApiClient,
  { method, path, body }: Route,
): Promise<{ status: number; text: string; body: unknown }> {
  if (!/\/(live|events)$/.test(path)) return client.call(method, filled(path), body);
  const { url, headers } = client.stream(filled(path));
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(1_000) });
  let text = "";
  try {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
  } catch {
    // Its second is over.
  }
  return { status: response.status, text, body: text };
}

/** The names of the secrets that an answer holds, however it is written. */
const leaked = (text: string): string[] =>
  [...planted.secrets].flatMap(([name, value]) =>
    [value, encodeURIComponent(value), Buffer.from(value).toString("base64").replace(/=+$/, "")].some((spelling) =>
      text.includes(spelling),
    )
      ? [name]
      : [],
  );

describe("a viewer", () => {
  it("reads no secret through any route of the route table", async () => {
    const outcomes: { route: string; status: number; leaked: string[] }[] = [];
    for (const route of ROUTES) {
      const { status, text } = await answerTo(viewer, route);
      outcomes.push({ route: `${route.method} ${route.path}`, status, leaked: leaked(text) });
    }
    expect(outcomes.filter((one) => one.leaked.length > 0)).toEqual([]);
    // It looks where something is: a viewer's own reads are answered, and nothing breaks.
    expect(outcomes.filter(({ status }) => status >= 500)).toEqual([]);
    const read = outcomes.filter(({ route, status }) => route.startsWith("GET") && status === 200);
    expect(read.length).toBeGreaterThan(20);
    expect(outcomes.length).toBeGreaterThan(80);
  });

  it("would be seen reading one: an admin reads those that admins may", async () => {
    const found = new Set<string>();
    for (const route of ROUTES.filter(({ method }) => method === "GET"))
      for (const name of leaked((await answerTo(admin, route)).text)) found.add(name);
    expect([...found]).toEqual(expect.arrayContaining(["header of a document", "webhook.auth of a document"]));
    // Nobody does: it is never read back.
    expect([...found]).not.toContain("agent secret");
  });
});
