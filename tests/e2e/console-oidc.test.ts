import { randomUUID } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { createBearerClient, createSignedClient } from "@parley/testkit";
import { launchBrowser } from "@parley/web-kit/testing";
import Provider from "oidc-provider";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

const CLIENT = { client_id: "parley", client_secret: "a secret that only the two servers know" };
/** Whoever signs in at the provider as `grace` has this address there; `-` in front: it is not verified. */
const addressOf = (login: string): string => `${login.replace(/^-/, "")}@example.com`;

/** Signing in with an identity provider, in a real browser, against a real one that runs here. */
describe("signing in with an identity provider", () => {
  let product: FirstStart;
  let demo: Announcement;
  let browser: Browser;
  let answer: RequestListener = (_request, response) => void response.writeHead(503).end();
  const server = createServer((request, response) => answer(request, response));
  const said: string[] = [];
  /** The provider's answer does not reach the browser that asked, but whoever took it on the way. */
  let holding = false;
  let held = "";

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
    product = await firstStart({
      ...{ OIDC_ISSUER: issuer, OIDC_CLIENT_ID: CLIENT.client_id, OIDC_CLIENT_SECRET: CLIENT.client_secret },
      ...{ OIDC_NAME: "Acme", OIDC_DOMAINS: "partner.example", OIDC_TENANT_ID: "00000000-0000-4000-8000-00000000d3e0" },
      LOG_LEVEL: "debug",
    });
    demo = await product.start();
    const provider = new Provider(issuer, {
      clients: [{ ...CLIENT, redirect_uris: [`${demo.url}/api/sign-in/oidc/callback`] }],
      claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
      pkce: { required: () => true },
      cookies: { keys: ["for the tests alone"] },
      findAccount: async (_context: unknown, login: string) => ({
        accountId: login,
        claims: async () => ({
          ...{ sub: login, name: "Grace", email_verified: !login.startsWith("-") },
          email: login.includes("@") ? login : addressOf(login),
        }),
      }),
    });
    const handle = provider.callback();
    answer = (request, response) => {
      said.push(request.url ?? "");
      const set = response.setHeader.bind(response);
      response.setHeader = (name, value) => {
        const leadsBack = name.toLowerCase() === "location" && String(value).includes("/oidc/callback?");
        if (!leadsBack || !holding) return set(name, value);
        held = String(value);
        return set(name, "/held");
      };
      handle(request, response);
    };
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await product?.clear();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }, 60_000);

  const owner = () => createBearerClient({ bases: [product.base], token: demo.admin_token });
  const invite = (email: string, role = "operator") => owner().call("POST", "/api/users", { email, role });

  /** Signs in at the provider in a browser of its own. */
  async function comeFrom(login: string): Promise<Page> {
    const page = await (await browser.newContext({ locale: "en-GB" })).newPage();
    await page.goto(`${demo.url}/console`);
    await page.getByRole("link", { name: "Continue with Acme" }).click();
    await page.locator("input[name=login]").fill(login);
    await page.locator("input[name=password]").fill("any");
    await page.locator("button[type=submit]").click();
    await page.getByRole("button", { name: "Continue" }).click();
    return page;
  }
  const signedIn = (page: Page) => page.getByRole("navigation", { name: "Pages" }).waitFor();
  const refused = async (page: Page) => {
    await page.getByText("You could not be signed in with this account.").waitFor();
    await expect.poll(() => page.url()).toBe(`${demo.url}/console/sign-in`);
  };

  it("admits an invited person whose address the provider has verified, with their role here", async () => {
    await invite("grace@example.com");
    const page = await comeFrom("grace");
    await signedIn(page);
    await expect.poll(() => page.url()).toBe(`${demo.url}/console`);
    const who = await page.evaluate("fetch('/api/users/me').then((answer) => answer.json())");
    expect(who).toMatchObject({
      via: "user",
      role: "operator",
      user: { email: "grace@example.com", status: "active" },
    });
    const asked = said.find((url) => url.startsWith("/auth?")) ?? "";
    const parameters = new URLSearchParams(asked.slice("/auth?".length));
    expect([parameters.get("code_challenge_method"), parameters.get("response_type")]).toEqual(["S256", "code"]);
    for (const name of ["state", "nonce", "code_challenge"]) expect(parameters.get(name)?.length).toBeGreaterThan(30);
    // Another account of the provider that gets the address later is another person.
    await page.context().close();
    await refused(await comeFrom("grace@example.com"));
  }, 60_000);

  it("admits nobody without an invitation, nor with an unverified address", async () => {
    await invite("eve@example.com", "owner");
    for (const login of ["-eve", "mallory"]) {
      const page = await comeFrom(login);
      await refused(page);
      await page.context().close();
    }
  }, 60_000);

  it("lets people of a domain join with the smallest role, except those who were removed", async () => {
    const page = await comeFrom("new@partner.example");
    await signedIn(page);
    const who = await page.evaluate("fetch('/api/users/me').then((answer) => answer.json())");
    expect(who).toMatchObject({ role: "viewer", user: { email: "new@partner.example", name: "Grace" } });
    const { body } = await owner().call<{ data: { id: string; email: string }[] }>("GET", "/api/users");
    const joined = body.data.find(({ email }) => email === "new@partner.example");
    expect((await owner().call("DELETE", `/api/users/${joined?.id}`)).status).toBe(200);
    await page.goto(`${demo.url}/console/agents`);
    await page.getByLabel("E-mail address").waitFor();
    await page.context().close();
    await refused(await comeFrom("new@partner.example"));
  }, 60_000);

  it("lets an account of several tenants choose one, once, and none that took the person out meanwhile", async () => {
    const operator = createSignedClient({ bases: [product.base], key: demo.api_key });
    const nonce = () => ({ nonce: randomUUID() });
    const made = await operator.call<{ admin_token: string }>("POST", "/api/tenants", { name: "Other Ltd" }, nonce());
    const other = createBearerClient({ bases: [product.base], token: made.body.admin_token });
    const third = await operator.call<{ admin_token: string }>("POST", "/api/tenants", { name: "Left Ltd" }, nonce());
    const left = createBearerClient({ bases: [product.base], token: third.body.admin_token });
    const body = { email: "both@example.com", role: "editor" };
    await invite("both@example.com");
    expect((await other.call("POST", "/api/users", body)).status).toBe(201);
    const { body: gone } = await left.call<{ id: string }>("POST", "/api/users", body);
    const page = await comeFrom("both");
    await page.getByRole("button", { name: "Other Ltd" }).waitFor();
    await expect.poll(() => page.url()).toBe(`${demo.url}/console/sign-in`);
    await expect.poll(() => page.getByRole("listitem").count()).toBe(3);
    // Vouched for is not signed in; what says who came back no script reads.
    const ask = (path: string) => page.evaluate(`fetch("${path}").then((answer) => answer.status)`);
    expect(await ask("/api/users/me")).toBe(401);
    expect(await page.evaluate("document.cookie")).toBe("");
    const choose = (id: string, headers = '"x-parley-console": "1", ') =>
      page.evaluate(`fetch("/api/sign-in/oidc/sessions", { method: "POST",
        headers: { ${headers}"content-type": "application/json" },
        body: JSON.stringify({ tenant_id: "${id}" }) }).then((answer) => answer.status)`);
    const { data } = (await page.evaluate("fetch('/api/sign-in/oidc/tenants').then((answer) => answer.json())")) as {
      data: { id: string; name: string }[];
    };
    const idOf = (name: string): string => data.find((one) => one.name === name)?.id ?? "";
    expect((await left.call("PATCH", `/api/users/${gone.id}`, { disabled: true })).status).toBe(200);
    expect(await choose(idOf("Left Ltd"))).toBe(403);
    expect(await choose(randomUUID())).toBe(403);
    expect(await choose(idOf("Other Ltd"), "")).toBe(403);
    expect(await ask("/api/users/me")).toBe(401);
    await page.getByRole("button", { name: "Other Ltd" }).click();
    await signedIn(page);
    const who = await page.evaluate("fetch('/api/users/me').then((answer) => answer.json())");
    expect(who).toMatchObject({ role: "editor", tenant: { name: "Other Ltd" }, user: { email: "both@example.com" } });
    expect(await choose(idOf("Other Ltd"))).toBe(403);
    // Bound in the tenant that was chosen alone: another account with the address may still have been meant in the other.
    const seen = await owner().call<{ data: { email: string; status: string }[] }>("GET", "/api/users");
    expect(seen.body.data.find(({ email }) => email === "both@example.com")?.status).toBe("invited");
    await page.context().close();
    const another = await comeFrom("both@example.com");
    await signedIn(another);
    const they = await another.evaluate("fetch('/api/users/me').then((answer) => answer.json())");
    expect(they).toMatchObject({ role: "operator", user: { email: "both@example.com" } });
    await another.context().close();
  }, 60_000);

  it("takes no answer of the provider in a browser that did not ask, nor one that was changed, nor twice", async () => {
    await invite("ada@example.com");
    const asking = await (await browser.newContext()).newPage();
    holding = true;
    await asking.goto(`${demo.url}/console`);
    await asking.getByRole("link", { name: "Continue with Acme" }).click();
    await asking.locator("input[name=login]").fill("ada");
    await asking.locator("input[name=password]").fill("any");
    await asking.locator("button[type=submit]").click();
    await asking.getByRole("button", { name: "Continue" }).click();
    await expect.poll(() => held).toContain("code=");
    holding = false;
    const stolen = held;
    const other = await (await browser.newContext()).newPage();
    await other.goto(stolen);
    await refused(other);
    await asking.goto(stolen.replace(/state=[^&]+/, "state=of-somebody-else"));
    await refused(asking);
    // The attempt used the state of this browser up.
    await asking.goto(stolen);
    await refused(asking);
    const code = new URL(stolen).searchParams.get("code") ?? "-";
    expect(product.child.log()).not.toContain(code);
    for (const page of [asking, other]) await page.context().close();
  }, 60_000);
});
