import { endsWithin, eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { createTenant, type Tenant } from "../cluster/owner.js";

/** Members of answers that are read here; what they hold is for the tests to check. */
const answered = z.looseObject({ code: z.string().optional(), data: z.unknown().optional() });

/** The cookies of one browser, as it keeps them, and the calls that its console makes. */
class Browser {
  readonly cookies = new Map<string, string>();
  readonly set: string[] = [];
  constructor(readonly base: string) {}

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(this.base + path, {
      method,
      headers: {
        ...{
          "x-parley-console": "1",
          origin: this.base,
          "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
        },
        ...(this.cookies.size > 0 && {
          cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      this.set.push(cookie);
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (/Max-Age=0/.test(cookie)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return { status: response.status, body: answered.parse(await response.json()), headers: response.headers };
  }
}

describe("signing in to the console, against the product on several gateways", { timeout: 60_000 }, () => {
  let cluster: Cluster;
  let tenant: Tenant;
  beforeAll(async () => {
    cluster = await startCluster({ shape: "distributed", env: { LOG_LEVEL: "debug" }, wholeLogs: true });
    tenant = await createTenant(cluster, "Acme");
  }, 120_000);
  afterAll(() => cluster?.close(), 60_000);

  const gateway = (at = 0): string => cluster.gateways[at] ?? "";

  async function invite(role: string) {
    const email = `${role}-${Math.random().toString(36).slice(2)}@example.com`;
    const made = await tenant.owner.call<{ id: string }>("POST", "/api/users", { email, role });
    expect(made.status).toBe(201);
    return { id: made.body.id, email };
  }

  /** The word of the newest link that was mailed to an address. */
  const mailed = (email: string): Promise<string> =>
    eventually(async () => {
      const { body } = await tenant.owner.call<{ data: { to: string; text: string }[] }>("GET", "/api/dev/mail");
      const mail = body.data.find(({ to, text }) => to === email && text.includes("#token="));
      const word = /#token=(pi_\w+)$/m.exec(mail?.text ?? "")?.[1];
      if (word === undefined) throw new Error("no mail yet");
      return word;
    });

  async function signIn(role: string) {
    const person = await invite(role);
    const browser = new Browser(gateway());
    const asked = await browser.call("POST", "/api/sign-in/links", { email: person.email });
    expect([asked.status, asked.body]).toEqual([202, { expires_in_seconds: 900 }]);
    const link = await mailed(person.email);
    expect((await browser.call("POST", "/api/sign-in/sessions", { token: link })).status).toBe(201);
    return { ...person, browser, link };
  }

  it("gives a cookie that no script reads and no other site sends, and the user's role on every gateway", async () => {
    const { browser, id, email } = await signIn("admin");
    const session = browser.set.find((cookie) => cookie.startsWith("parley_console="));
    expect(session).toMatch(/^parley_console=pu_\w+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
    expect([...browser.cookies.keys()]).toEqual(["parley_console"]);
    const other = new Browser(gateway(1));
    other.cookies.set("parley_console", browser.cookies.get("parley_console") ?? "");
    for (const at of [browser, other]) {
      const me = await at.call("GET", "/api/users/me");
      expect(me.body).toMatchObject({ via: "user", role: "admin", tenant: { name: "Acme" }, user: { id, email } });
      expect((await at.call("GET", "/api/users")).status).toBe(200);
    }
    const sessions = await browser.call("GET", "/api/users/me/sessions");
    expect(sessions.body.data).toMatchObject([{ via: "mail", browser: "Firefox on Linux", current: true }]);
  });

  it("gives everybody the same answer, and the same time to wait", async () => {
    const { email } = await invite("viewer");
    const answers = [];
    for (const address of [email, "nobody@example.com"]) {
      const browser = new Browser(gateway());
      const all = [];
      for (let call = 0; call < 6; call += 1)
        all.push(await browser.call("POST", "/api/sign-in/links", { email: address }));
      answers.push(all.map(({ status, body, headers }) => [status, body.code ?? body, headers.has("retry-after")]));
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.map(([status]) => status)).toEqual([202, 202, 202, 202, 202, 429]);
  });

  it("does not use up a link that a mail scanner or another browser opens", async () => {
    const { email } = await invite("viewer");
    const browser = new Browser(gateway());
    await browser.call("POST", "/api/sign-in/links", { email });
    const word = await mailed(email);
    // What is behind `#` never reaches the server; a scanner that runs scripts has another browser.
    expect((await fetch(`${gateway()}/console/sign-in`)).status).toBe(200);
    const scanner = await new Browser(gateway()).call("POST", "/api/sign-in/sessions", { token: word });
    expect([scanner.status, scanner.body.code]).toEqual([410, "sign_in_link_invalid"]);
    expect((await browser.call("POST", "/api/sign-in/sessions", { token: word })).status).toBe(201);
    const again = await browser.call("POST", "/api/sign-in/sessions", { token: word });
    expect([again.status, again.body.code]).toEqual([410, "sign_in_link_invalid"]);
  });

  it("refuses each changing call that another site could make with the cookie, and takes none for somebody else's", async () => {
    const { browser } = await signIn("owner");
    const call = (headers: Record<string, string>) =>
      browser.call("POST", "/api/tokens", { name: "T", role: "viewer" }, headers);
    expect((await call({})).status).toBe(201);
    const foreign: Record<string, string>[] = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "cross-site" },
    ];
    for (const headers of foreign) {
      const answer = await call(headers);
      expect([answer.status, answer.body.code], JSON.stringify(headers)).toEqual([403, "cross_site_request"]);
    }
    for (const [method, path] of [
      ["POST", "/api/tokens"],
      ["DELETE", `/api/users/${crypto.randomUUID()}`],
      ["PATCH", `/api/users/${crypto.randomUUID()}`],
      ["PUT", "/api/agents/none/access-policy"],
      ["POST", "/api/sign-in/links"],
      ["POST", "/api/sign-in/sessions"],
      ["POST", "/api/sign-in/end"],
    ] as const) {
      const cookie = `parley_console=${browser.cookies.get("parley_console")}`;
      const headers = { cookie, "content-type": "application/json" };
      const answer = await fetch(gateway() + path, { method, headers, body: "{}" });
      expect([path, answer.status, answered.parse(await answer.json()).code]).toEqual([
        path,
        403,
        "cross_site_request",
      ]);
    }
    // A token in the header is whose call it is, whatever cookie comes along.
    const me = await browser.call("GET", "/api/users/me", undefined, { authorization: `Bearer ${tenant.ownerToken}` });
    expect(me.body).toMatchObject({ via: "token", user: null });
    const preflight = await fetch(`${gateway()}/api/tokens`, {
      method: "OPTIONS",
      headers: { origin: "https://evil.example", "access-control-request-headers": "x-parley-console" },
    });
    expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("applies a role, a removal and a sign-out immediately on every gateway", async () => {
    const { browser, id } = await signIn("admin");
    const other = new Browser(gateway(1));
    other.cookies.set("parley_console", browser.cookies.get("parley_console") ?? "");
    const list = async (at: Browser) => (await at.call("GET", "/api/users")).status;
    expect([await list(browser), await list(other)]).toEqual([200, 200]);
    const both = (status: number) => async () =>
      expect([await list(browser), await list(other)]).toEqual([status, status]);
    expect((await tenant.owner.call("PATCH", `/api/users/${id}`, { role: "viewer" })).status).toBe(200);
    await endsWithin(5_000, () => eventually(both(403)));
    await tenant.owner.call("PATCH", `/api/users/${id}`, { role: "admin" });
    await eventually(both(200));
    expect((await other.call("POST", "/api/sign-in/end")).body).toEqual({ signed_out: true });
    expect(other.cookies.size).toBe(0);
    other.cookies.set("parley_console", browser.cookies.get("parley_console") ?? "");
    await endsWithin(5_000, () => eventually(both(401)));
    const again = await signIn("admin");
    expect(await list(again.browser)).toBe(200);
    expect((await tenant.owner.call("DELETE", `/api/users/${again.id}`)).status).toBe(200);
    await endsWithin(5_000, () => eventually(async () => expect(await list(again.browser)).toBe(401)));
  });

  it("leaves no word of a link, a cookie or an address in any log", async () => {
    const { browser, link, email } = await signIn("viewer");
    const cookie = browser.cookies.get("parley_console") ?? "";
    await browser.call("GET", "/api/users/me");
    await browser.call("POST", "/api/sign-in/sessions", { token: link });
    await browser.call("POST", "/api/sign-in/end");
    const logs = cluster.children.map((child) => child.log()).join("\n");
    expect(logs).toContain("/api/sign-in/sessions");
    for (const word of [link, cookie, link.slice(3), cookie.slice(3), email]) expect(logs).not.toContain(word);
  });
});
