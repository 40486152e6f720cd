import {
  AppError,
  bulkLinks,
  createLinkTemplate,
  deleteLinkTemplate,
  getLinkTemplate,
  linkAnalytics,
  listLinkTemplates,
  type Role,
  revealLink,
  sendLink,
  updateLinkTemplate,
} from "@parley/contracts";
import { encode } from "uqr";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyOf, startWorld, type World } from "./gateway-under-test.js";

const LINK = "33333333-3333-4333-8333-333333333333";
const OTHER_TENANT = "11111111-1111-4111-8111-111111111111";
/** Sites that the link lists. */
const sites = ["https://www.example.com"];
const TOKEN = `pl_${"a".repeat(12)}_${"b".repeat(38)}`;
const NUMBERS = {
  from: "2026-11-20T00:00:00.000Z",
  to: "2026-11-21T08:00:00.000Z",
  sessions: { total: 2, active: 0, completed: 1, abandoned: 1, error: 0 },
  messages: 6,
  uniqueVisitors: { total: 2, confirmed: 1, anonymous: 1 },
  uniqueAddresses: 2,
  completionRate: 0.5,
  averageMessages: 3,
  averageDurationSeconds: 60,
  averageResponseMs: 800,
  p95ResponseMs: 900,
  failedMessages: 0,
  endReasons: { workflow_ended: 1, idle_timeout: 1 },
  satisfaction: { ratings: 1, average: 5 },
  byDay: [{ day: "2026-11-20", sessions: 2, messages: 6, completed: 1 }],
  lastSessionAt: "2026-11-20T09:00:00.000Z",
};

let world: World;
let asked: { call: string; input: unknown }[] = [];
beforeAll(async () => {
  world = await startWorld({ PUBLIC_URL: "https://chat.example.com/" });
  const { bus } = world;
  const told =
    <I extends { principal: { tenantId: string | null } }, O>(call: string, answer: O) =>
    async (input: I): Promise<O> => {
      asked.push({ call, input });
      if (input.principal.tenantId === OTHER_TENANT) throw new AppError("link_not_found");
      return answer;
    };
  const written = {
    created_by: "owner",
    created_at: "2026-11-01T10:00:00.000Z",
    updated_at: "2026-11-01T10:00:00.000Z",
  };
  const template = { template: { id: "t", name: "weekly", built_in: false, max_sessions: 3, ...written } };
  bus.serve(
    bulkLinks,
    told("bulk", {
      results: [{ index: 0, action: "create" as const, status: "created" as const, id: LINK, token: TOKEN }],
    }),
  );
  bus.serve(
    revealLink,
    told("reveal", {
      token: TOKEN,
      title: `"><script>alert('x')</script>`,
      ...{ allowedDomains: sites, colour: "#0f6b60" },
    }),
  );
  const preview = { to: "ada@example.com", language: "en", subject: null, text: "Hello" };
  const counts = { recipients: 1_000, duplicates: 0, suppressed: 0, limited: 0 };
  bus.serve(sendLink, told("send", { answer: { dry_run: true as const, ...counts, preview } }));
  bus.serve(linkAnalytics, told("analytics", NUMBERS));
  bus.serve(listLinkTemplates, told("templates", { data: [template.template], nextCursor: "next" }));
  bus.serve(getLinkTemplate, told("template", template));
  bus.serve(createLinkTemplate, told("makeTemplate", template));
  bus.serve(updateLinkTemplate, told("changeTemplate", template));
  bus.serve(deleteLinkTemplate, told("removeTemplate", {}));
});
afterAll(() => world.stop());

function call(
  method: string,
  path: string,
  token: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(world.url + path, {
    method,
    body: body === undefined ? null : JSON.stringify(body),
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
  });
}

const LINKS = "/api/agents/clinic/public-links";
const ONE = `${LINKS}/${LINK}`;
const TEMPLATES = "/api/link-templates";
/** Every route of links and templates: who may call it at least, and what it answers then. */
const ROUTES: [method: string, path: string, body: unknown, atLeast: Role, status: number][] = [
  ["GET", LINKS, undefined, "viewer", 200],
  ["GET", ONE, undefined, "viewer", 200],
  ["GET", `${ONE}/sessions`, undefined, "viewer", 200],
  ["GET", `${ONE}/analytics`, undefined, "viewer", 200],
  ["GET", TEMPLATES, undefined, "viewer", 200],
  ["GET", `${TEMPLATES}/weekly`, undefined, "viewer", 200],
  ["POST", LINKS, { title: "T" }, "editor", 201],
  ["PUT", ONE, { title: "T" }, "editor", 200],
  ["DELETE", ONE, undefined, "editor", 200],
  ["POST", `${LINKS}/bulk`, { create: [{}] }, "editor", 200],
  ["GET", `${ONE}/qr.svg`, undefined, "editor", 200],
  ["GET", `${ONE}/embed`, undefined, "editor", 200],
  ["POST", TEMPLATES, { name: "weekly" }, "editor", 201],
  ["PUT", `${TEMPLATES}/weekly`, { max_sessions: 2 }, "editor", 200],
  ["DELETE", `${TEMPLATES}/weekly`, undefined, "editor", 200],
];
const RANKED: Role[] = ["viewer", "operator", "editor", "admin", "owner"];

describe("permissions on links", () => {
  it.each(ROUTES)("%s %s", async (method, path, body, atLeast, status) => {
    for (const role of RANKED) {
      const allowed = RANKED.indexOf(role) >= RANKED.indexOf(atLeast);
      const answer = await call(method, path, world.owners.token(role), body);
      expect([role, answer.status]).toEqual([role, allowed ? status : 403]);
      if (!allowed) expect((await bodyOf(answer)).code).toBe("forbidden");
      else await answer.arrayBuffer();
    }
    expect((await call(method, path, "ak_nobody", body)).status).toBe(401);
    // Naming another tenant does not lead there.
    const stranger = await call(
      method,
      `${path}${path.includes("?") ? "&" : "?"}tenant_id=${OTHER_TENANT}`,
      world.owners.token("owner"),
      body,
    );
    expect(stranger.status).toBe(404);
  });
});

describe("bulk calls on links", () => {
  it("return token and URL of the created links, and pass the idempotency key on", async () => {
    asked = [];
    const token = world.owners.token("editor");
    const body = { create: [{ title: "A" }] };
    const answer = await call("POST", `${LINKS}/bulk`, token, body, { "idempotency-key": "k-1" });
    expect(await bodyOf(answer)).toEqual({
      results: [
        {
          index: 0,
          action: "create",
          status: "created",
          id: LINK,
          token: TOKEN,
          url: `https://chat.example.com/public/chat/${TOKEN}`,
        },
      ],
    });
    expect(asked[0]?.input).toMatchObject({ agent: "clinic", idempotencyKey: "k-1", body });
  });

  it("send to the maximum number of recipients, with the longest addresses and names", async () => {
    asked = [];
    const domain = `${"d".repeat(63)}.${"e".repeat(63)}.${"f".repeat(57)}.com`;
    const recipients = Array.from({ length: 1_000 }, (_, n) => ({
      address: `${String(n).padStart(64, "a")}@${domain}`,
      name: "名".repeat(200),
    }));
    const body = { channel: "email", recipients, message: "字".repeat(4_000), dry_run: true };
    expect(recipients[0]?.address).toHaveLength(254);
    const answer = await call("POST", `${ONE}/send`, world.owners.token("editor"), body);
    expect(answer.status).toBe(200);
    expect(asked).toMatchObject([{ call: "send", input: { body } }]);
  });

  it("refuse bodies that are no list of work before any service is asked", async () => {
    asked = [];
    const token = world.owners.token("editor");
    const wrong: [body: unknown, pointer: string][] = [
      [{}, ""],
      [{ create: Array(501).fill({}) }, "/create"],
      [{ create: ["x"] }, "/create/0"],
      [{ deactivate: ["x"] }, "/deactivate/0"],
      [{ update: [{ id: LINK }], deactivate: [LINK] }, "/deactivate/0"],
      [{ remove: [] }, "/remove"],
    ];
    for (const [body, pointer] of wrong) {
      const answer = await call("POST", `${LINKS}/bulk`, token, body);
      expect([JSON.stringify(body).slice(0, 40), answer.status]).toEqual([JSON.stringify(body).slice(0, 40), 422]);
      expect((await bodyOf(answer)).errors.map((error) => error.pointer)).toContain(pointer);
    }
    expect(asked).toEqual([]);
  });
});

describe("the URL of a link", () => {
  it("is rendered as a QR code of the requested size, which is not cached", async () => {
    const token = world.owners.token("editor");
    const answer = await call("GET", `${ONE}/qr.svg?size=300&ecc=H`, token);
    expect(answer.headers.get("content-type")).toContain("image/svg+xml");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const svg = await answer.text();
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="300" height="300" viewBox="0 0 (\d+) \1"/,
    );
    expect(svg).not.toContain("script");
    const low = await (await call("GET", `${ONE}/qr.svg?size=300&ecc=L`, token)).text();
    expect(low.length).toBeLessThan(svg.length);
    for (const query of ["size=63", "size=4097", "size=x", "ecc=Z"])
      expect((await call("GET", `${ONE}/qr.svg?${query}`, token)).status).toBe(422);
  });

  it("is exactly what the QR code says: every dark module of it, and no other", async () => {
    const svg = await (await call("GET", `${ONE}/qr.svg?ecc=Q`, world.owners.token("editor"))).text();
    const code = encode(`https://chat.example.com/public/chat/${TOKEN}`, { ecc: "Q", boostEcc: true, border: 4 });
    const dark = [...svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x} ${y}`);
    const wanted = code.data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`${x} ${y}`] : [])));
    expect(dark).toEqual(wanted);
    expect(svg).toContain(`viewBox="0 0 ${code.size} ${code.size}"`);
  });

  it("is returned in snippets that a title cannot break out of", async () => {
    const answer = await bodyOf(await call("GET", `${ONE}/embed`, world.owners.token("editor")));
    const url = `https://chat.example.com/public/chat/${TOKEN}`;
    expect(answer).toEqual({
      url,
      iframe: expect.stringContaining(
        `<iframe src="${url}" title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"`,
      ),
      widget: `<script src="https://chat.example.com/widget.js" data-link="${TOKEN}" data-color="#0f6b60" async></script>`,
      allowed_domains: ["https://www.example.com"],
    });
  });

  it("is returned without snippets while the link lists no site, because no browser would show them", async () => {
    const listed = sites.splice(0);
    const answer = await bodyOf(await call("GET", `${ONE}/embed`, world.owners.token("editor")));
    sites.push(...listed);
    expect(answer).toMatchObject({ widget: null, iframe: null, allowed_domains: [], url: expect.any(String) });
  });

  it("appears in no log line", () => {
    expect(world.log.join("\n")).not.toContain(TOKEN);
  });
});

describe("the analytics of a link", () => {
  it("cover the requested number of days", async () => {
    asked = [];
    const token = world.owners.token("viewer");
    const answer = await bodyOf(await call("GET", `${ONE}/analytics?days=2`, token));
    expect(answer).toMatchObject({
      ...{ link_id: LINK, days: 2, messages: 6, completion_rate: 0.5 },
      unique_visitors: { total: 2, confirmed: 1, anonymous: 1 },
      unique_addresses: 2,
      engagement: { average_messages: 3, average_duration_seconds: 60 },
      response_time_ms: { average: 800, p95: 900 },
      end_reasons: { workflow_ended: 1, idle_timeout: 1 },
      satisfaction: { ratings: 1, average: 5 },
      by_day: NUMBERS.byDay,
      last_used_at: NUMBERS.lastSessionAt,
    });
    expect(asked).toMatchObject([{ call: "analytics", input: { linkId: LINK, days: 2 } }]);
    for (const days of ["0", "367", "x"])
      expect((await call("GET", `${ONE}/analytics?days=${days}`, token)).status).toBe(422);
  });
});
