import { withPostgresClient } from "@parley/local-servers";
import { createSecrets, parseToken } from "@parley/secrets";
import { call, eventually, type HttpAnswer, tokenOf } from "@parley/testkit";
import { beforeAll, describe, expect, it } from "vitest";
import type { Cluster } from "../cluster/cluster.js";
import { createLink, type Tenant } from "../cluster/owner.js";

/** A link token that opens nothing, by the reason why. */
type Unusable = Record<string, string>;

/** Routes with a link token, as a stranger and as a holder of some session token meets them. */
const ROUTES: readonly [method: string, path: string, body?: unknown][] = [
  ["GET", "/api/public/link/TOKEN"],
  ["GET", "/api/public/challenge/TOKEN"],
  ["POST", "/api/public/sessions/TOKEN", {}],
  ["POST", "/api/public/chat/TOKEN", { message: "Hello" }],
  ["POST", "/api/public/chat/TOKEN", { message: 7 }],
  ["GET", "/api/public/history/TOKEN"],
  ["GET", "/api/public/events/TOKEN"],
  ["GET", "/api/public/poll/TOKEN?wait=0"],
  ["DELETE", "/api/public/session/TOKEN"],
  ["POST", "/api/public/stop/TOKEN", {}],
  ["POST", "/api/public/typing/TOKEN", { active: true }],
  ["POST", "/api/public/read/TOKEN", { message_id: "text_1.1.0" }],
  ["POST", "/api/public/escalate/TOKEN", {}],
  ["POST", "/api/public/feedback/TOKEN", { rating: 5 }],
  ["POST", "/api/public/files/TOKEN", {}],
  ["GET", "/api/public/files/TOKEN/0198c0de-0000-7000-8000-000000000000"],
  ["POST", "/api/public/verify/request", { token: "TOKEN", email: "ada@example.com" }],
  ["POST", "/api/public/verify/confirm", { token: "TOKEN", email: "ada@example.com", code: "123456" }],
];

/** Of each request its own. */
const OWN_HEADERS = new Set(["date", "x-request-id", "traceparent"]);

interface Refusal {
  status: number;
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

function refusalOf({ status, headers, body }: HttpAnswer): Refusal {
  const { request_id: _id, ...rest } = body;
  return { status, headers: Object.fromEntries([...headers].filter(([name]) => !OWN_HEADERS.has(name))), body: rest };
}

/** What the machine does for others makes answers later and never earlier: the fastest tells what an answer costs. */
const fastest = (values: number[]): number => Math.min(...values);

/** Rounds of the comparison of times, and how far apart two kinds may lie: a machine that works for others is uneven. */
const ROUNDS = 21;
const FRESH = 15;
const FACTOR = 3;
const SLACK_MS = 5;

/** Nobody learns from a refusal what is wrong with a link. */
export function describeUniformRefusal(get: () => { cluster: Cluster; tenant: Tenant }): void {
  describe("links that cannot be used", () => {
    let unusable: Unusable = {};
    let sessionToken = "";
    beforeAll(async () => {
      ({ unusable, sessionToken } = await prepare(get()));
    });

    const ask = (token: string, [method, path, body]: (typeof ROUTES)[number], headers: Record<string, string> = {}) =>
      call(`${get().cluster.gateways[0]}${path.replace("TOKEN", token)}`, method, {
        body: body === undefined ? undefined : JSON.stringify(body).replace("TOKEN", token),
        headers,
      });

    for (const [name, authorization] of [
      ["a stranger", () => ({})],
      ["the holder of a session token", () => ({ authorization: `Bearer ${sessionToken}` })],
    ] as const) {
      it(`answer ${name} alike on every route: status, body and headers`, async () => {
        for (const route of ROUTES) {
          const refusals: Record<string, Refusal> = {};
          for (const [kind, token] of Object.entries(unusable))
            refusals[kind] = refusalOf(await ask(token, route, authorization()));
          const first = refusals.unknown;
          expect([route[1], first?.status, first?.body.code]).toEqual([route[1], 404, "link_unavailable"]);
          for (const [kind, refusal] of Object.entries(refusals))
            expect({ route: route.slice(0, 2), kind, ...refusal }).toEqual({
              ...{ route: route.slice(0, 2), kind },
              ...first,
            });
        }
      }, 120_000);
    }

    /** The least milliseconds by kind. Kinds take turns, each round in another order: what slows the machine slows all alike. */
    async function timesOf(rounds: number, tokenOfRound: (kind: string, round: number) => string, kinds: string[]) {
      const [route] = ROUTES;
      if (route === undefined) throw new Error("there are routes");
      const times = new Map<string, number[]>(kinds.map((kind) => [kind, []]));
      for (let round = 0; round < rounds; round += 1) {
        for (const n of kinds.keys()) {
          const kind = kinds[(n + round) % kinds.length] ?? "";
          const token = tokenOfRound(kind, round);
          const before = performance.now();
          const { status } = await ask(token, route);
          times.get(kind)?.push(performance.now() - before);
          expect([kind, status]).toEqual([kind, 404]);
        }
      }
      return Object.fromEntries([...times].map(([kind, all]) => [kind, fastest(all)]));
    }

    function expectComparable(times: Record<string, number>): void {
      const [least, most] = [Math.min(...Object.values(times)), Math.max(...Object.values(times))];
      expect(most, JSON.stringify(times)).toBeLessThan(Math.max(least * FACTOR, least + SLACK_MS));
    }

    it("answer in comparable time when asked again and again", async () => {
      expectComparable(await timesOf(ROUNDS, (kind) => unusable[kind] ?? "", Object.keys(unusable)));
    }, 120_000);

    it("answer in comparable time when asked for the first time, as far as their checksum is right", async () => {
      const fresh = await manyUnusable(get());
      expectComparable(await timesOf(FRESH, (kind, round) => fresh[kind]?.[round] ?? "", Object.keys(fresh)));
    }, 120_000);
  });
}

/** So many links of each kind, none of which was asked for yet. */
async function manyUnusable({
  cluster,
  tenant,
}: {
  cluster: Cluster;
  tenant: Tenant;
}): Promise<Record<string, string[]>> {
  const made = await tenant.owner.call<{ results: { id: string; token: string }[] }>(
    ...(["POST", "/api/agents/echo/public-links/bulk"] as const),
    { create: Array.from({ length: 4 * FRESH }, (_, n) => ({ title: `Fresh ${n}` })) },
  );
  expect(made.body.results).toHaveLength(4 * FRESH);
  const part = (n: number) => made.body.results.slice(n * FRESH, (n + 1) * FRESH);
  const [expired, disabled, deleted, usable] = [part(0), part(1), part(2), part(3)];
  const changes = [
    [expired, "expires_at = now() - interval '1 minute'"],
    [disabled, "is_active = false"],
    [deleted, "is_active = false, deleted_at = now()"],
  ] as const;
  await withPostgresClient(cluster.database.adminUrl, async (owner) => {
    for (const [links, change] of changes)
      await owner.query(`update temporary_chat_links set ${change} where id = any($1)`, [links.map(({ id }) => id)]);
  });
  const foreign = createSecrets("another-master-key-another-master-key");
  const others = usable.map(() => foreign.issue("link").token);
  return {
    unknown: others.map(() => foreign.issue("link").token),
    "wrong secret": usable.map(({ token }, n) => mixed(token, others[n] ?? "")),
    expired: expired.map(({ token }) => token),
    disabled: disabled.map(({ token }) => token),
    deleted: deleted.map(({ token }) => token),
  };
}

/** The id of one token with the secret of another. */
function mixed(first: string, second: string): string {
  const [one, two] = [parseToken("link", first), parseToken("link", second)];
  if (one === null || two === null) throw new Error("these are no tokens of links");
  const token = tokenOf("pl_", one.id, two.secret);
  if (parseToken("link", token) === null) throw new Error("tokens have another shape now");
  return token;
}

async function prepare({ cluster, tenant }: { cluster: Cluster; tenant: Tenant }) {
  const link = (fields: Record<string, unknown> = {}) =>
    createLink(tenant, "echo", { title: "Refused", proof_of_work: "off", ...fields });
  const [usable, disabled, deleted, expired, friendly] = await Promise.all([
    link(),
    link(),
    link(),
    link(),
    link({ friendly_errors: true }),
  ]);
  const opened = await call<{ session_token: string }>(
    ...([`${cluster.gateways[0]}/api/public/sessions/${usable.token}`, "POST", { body: "{}" }] as const),
  );
  const path = "/api/agents/echo/public-links";
  const off = await tenant.owner.call("PUT", `${path}/${disabled.id}`, { is_active: false });
  const gone = await tenant.owner.call("DELETE", `${path}/${deleted.id}`);
  expect([opened.status, off.status, gone.status]).toEqual([201, 200, 200]);
  // The only way to be past an expiry in the time of a test.
  await withPostgresClient(cluster.database.adminUrl, (owner) =>
    owner.query("update temporary_chat_links set expires_at = now() - interval '1 minute' where id = any($1)", [
      [expired.id, friendly.id],
    ]),
  );
  const foreign = createSecrets("another-master-key-another-master-key");
  const other = foreign.issue("link").token;
  const unusable: Unusable = {
    unknown: other,
    "wrong secret": mixed(usable.token, other),
    "wrong secret of a link with friendly errors": mixed(friendly.token, other),
    malformed: "front-desk",
    "wrong checksum": `${usable.token.slice(0, -1)}${usable.token.endsWith("0") ? "1" : "0"}`,
    "token of another kind": opened.body.session_token,
    disabled: disabled.token,
    deleted: deleted.token,
    expired: expired.token,
  };
  const shown = (token: string) => call(`${cluster.gateways[0]}/api/public/link/${token}`, "GET");
  expect((await shown(usable.token)).status).toBe(200);
  await eventually(async () => {
    for (const token of Object.values(unusable)) expect((await shown(token)).status).toBe(404);
    // Who has the secret of a link that says so openly is told.
    expect((await shown(friendly.token)).status).toBe(410);
  });
  return { unusable, sessionToken: opened.body.session_token };
}
