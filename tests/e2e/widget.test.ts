import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createBearerClient } from "@parley/testkit";
import { axeFindings, launchBrowser, screenshotsIn } from "@parley/web-kit/testing";
import { SignJWT, UnsecuredJWT } from "jose";
import type { Browser, BrowserContext, FrameLocator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

const screenshot = screenshotsIn("widget");
/** Tests that point at the launcher look into the shadow root; the widget itself does not know. */
const OPEN_SHADOW = `(() => { const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (init) { return attach.call(this, { ...init, mode: "open" }); }; })();`;

/** The script on a page of another site, the chat page in its panel, the product behind it, and the server killed in between. */
describe("the widget against the product", () => {
  let product: FirstStart;
  let demo: Announcement;
  let browser: Browser;
  let site: Server;
  let host = "";
  /** What the pages of the site are; a path each. */
  const pages = new Map<string, { html: string; headers?: Record<string, string> }>();
  const owner = () => createBearerClient({ bases: [product.base], token: demo.admin_token });
  beforeAll(async () => {
    // An answer lasts for some seconds: long enough to be cut off in its middle on a slow machine too.
    product = await firstStart({ SCRIPTED_PACE_MS: "150" });
    demo = await product.start();
    browser = await launchBrowser();
    site = createServer((request, response) => {
      const page = pages.get(request.url ?? "/");
      response.writeHead(page ? 200 : 404, { "content-type": "text/html; charset=utf-8", ...page?.headers });
      response.end(page?.html);
    });
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    // The product answers at 127.0.0.1: for a browser, localhost is another site.
    host = `http://localhost:${(site.address() as AddressInfo).port}`;
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    site?.closeAllConnections();
    site?.close();
    await product?.clear();
  }, 60_000);

  interface Snippets {
    widget: string | null;
    iframe: string | null;
    allowed_domains: string[];
  }
  const PATH = "/api/agents/clinic-desk/public-links";
  /** A new link with what `GET …/embed` hands out for it. The snippet's server is the product's name for itself. */
  const snippetsOf = async (body: Record<string, unknown>): Promise<Snippets & { id: string; token: string }> => {
    const made = await owner().call<{ id: string; token: string }>("POST", PATH, { max_sessions: 20, ...body });
    expect(made.status, made.text).toBe(201);
    const answer = await owner().call<Snippets>("GET", `${PATH}/${made.body.id}/embed`);
    return { ...made.body, ...answer.body };
  };
  const here = (snippet: string | null): string => (snippet ?? "").replaceAll(demo.url, product.base);
  const document = (body: string): string =>
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Shop</title></head><body><main><h1>Shop</h1><p>Words.</p></main>${body}</body></html>`;

  const visit = async (
    path: string,
    size = { width: 1100, height: 800 },
  ): Promise<{ page: Page; trouble: string[] }> => {
    const context = await browser.newContext({ viewport: size });
    await context.addInitScript(OPEN_SHADOW);
    return visitIn(context, path);
  };
  const visitIn = async (context: BrowserContext, path: string): Promise<{ page: Page; trouble: string[] }> => {
    const page = await context.newPage();
    const trouble: string[] = [];
    page.on("pageerror", ({ message }) => trouble.push(message));
    page.on("console", (message) => {
      if (/Content.Security.Policy|Trusted|violat|\[chat\]/i.test(message.text())) trouble.push(message.text());
    });
    await page.goto(host + path);
    return { page, trouble };
  };
  const panelOf = (page: Page): FrameLocator => page.frameLocator("iframe.frame");
  const said = (page: Page, text: string) => panelOf(page).locator("ol.messages").getByText(text);
  const say = async (page: Page, text: string): Promise<void> => {
    await panelOf(page).getByRole("textbox").fill(text);
    await panelOf(page).getByRole("textbox").press("Enter");
  };
  const strict = () => `default-src 'none'; script-src ${product.base}; frame-src ${product.base}`;

  it.each([
    ["plain", {}],
    ["with a strict policy", { "content-security-policy": "STRICT" }],
    [
      "with Trusted Types",
      { "content-security-policy": "STRICT; require-trusted-types-for 'script'; trusted-types 'none'" },
    ],
    ["isolated", { "cross-origin-embedder-policy": "require-corp", "cross-origin-opener-policy": "same-origin" }],
  ])(
    "talks on a page of another site that is %s, by the snippet it was given, without one violation",
    async (name, given) => {
      const { widget, allowed_domains } = await snippetsOf({ allowed_domains: [host] });
      expect(allowed_domains).toEqual([host]);
      const headers = Object.fromEntries(
        Object.entries(given).map(([key, value]) => [key, value.replace("STRICT", strict())]),
      );
      pages.set("/talk", { html: document(here(widget)), headers });
      const { page, trouble } = await visit("/talk");
      await page.getByRole("button", { name: "Open chat" }).click();
      await said(page, "front desk").waitFor();
      await say(page, "My name is Jack and my zip code is 30301");
      await said(page, "Thank you, Jack!").waitFor();
      await screenshot(page, `real ${name}`);
      expect(await axeFindings(page)).toEqual([]);
      await page.reload();
      await page.getByRole("button", { name: /Open chat/ }).click();
      await said(page, "Thank you, Jack!").waitFor();
      await expect.poll(() => said(page, "My name is Jack").count()).toBe(1);
      expect(trouble).toEqual([]);
      await page.context().close();
    },
    90_000,
  );

  it("loses and repeats nothing when the server is killed in the middle of an answer, with a second tab, at 360 pixels by keyboard", async () => {
    const { widget } = await snippetsOf({ allowed_domains: [host] });
    pages.set("/killed", { html: document(here(widget)) });
    const { page } = await visit("/killed", { width: 360, height: 640 });
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await said(page, "front desk").waitFor();
    await say(page, "My name is Ann and my zip code is 10115");
    await said(page, "questions about the practice").waitFor();
    await screenshot(page, "real phone");
    const second = await visitIn(page.context(), "/killed");
    await second.page.getByRole("button", { name: /Open chat/ }).click();
    await said(second.page, "questions about the practice").waitFor();
    await say(page, "I want to book an appointment");
    await said(page, "happy to help").waitFor();
    await product.child.kill();
    await product.start();
    for (const tab of [page, second.page]) {
      await said(tab, "Saturday until 13:00").waitFor({ timeout: 60_000 });
      await expect.poll(() => said(tab, "I want to book an appointment").count()).toBe(1);
      await expect.poll(() => said(tab, "Saturday until 13:00").count()).toBe(1);
    }
    // Nothing is sent while the network is away, and once when it is back.
    await page.context().setOffline(true);
    await say(page, "On Tuesday, please");
    await page.context().setOffline(false);
    await said(second.page, "On Tuesday, please").waitFor({ timeout: 30_000 });
    await page.reload();
    await page.getByRole("button", { name: /Open chat/ }).click();
    await said(page, "On Tuesday, please").waitFor();
    await expect.poll(() => said(page, "On Tuesday, please").count()).toBe(1);
    await page.context().close();
  }, 180_000);

  it.each([
    ["a window", { width: 1100, height: 800 }, { x: 20, y: 32, width: 400, height: 680 }],
    ["a phone", { width: 360, height: 640 }, { x: 0, y: 0, width: 360, height: 640 }],
  ])(
    "under hostile styles, from right to left, by keyboard, in %s: stands where it should, talks, and is there again after Back",
    async (name, size, place) => {
      const { widget } = await snippetsOf({ allowed_domains: [host] });
      const hostile = "<style>* { all: unset !important } div { display: none !important }</style></head>";
      const rtl = document(here(widget)).replace('lang="en"', 'lang="ar" dir="rtl"');
      pages.set("/hostile", { html: rtl.replace("</head>", hostile) });
      pages.set("/elsewhere", { html: document("") });
      const { page, trouble } = await visit("/hostile", size);
      const launcher = page.locator(".launcher");
      await expect.poll(() => launcher.boundingBox()).toEqual({ x: 20, y: size.height - 76, width: 56, height: 56 });
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await said(page, "front desk").waitFor();
      await expect.poll(() => page.locator(".panel").boundingBox()).toEqual(place);
      await expect.poll(() => panelOf(page).locator("html").getAttribute("dir")).toBe("rtl");
      await panelOf(page).locator("textarea:focus").waitFor();
      await page.keyboard.type("My name is Jack and my zip code is 30301");
      await page.keyboard.press("Enter");
      await said(page, "Thank you, Jack!").waitFor();
      await screenshot(page, `real hostile ${name}`);
      const frame = page.frames().find((one) => one !== page.mainFrame());
      expect(frame && (await axeFindings(frame))).toEqual([]);
      await page.keyboard.press("Escape");
      await expect.poll(() => page.locator(".panel").isVisible()).toBe(false);
      await expect.poll(() => page.locator(".launcher:focus").count()).toBe(1);
      await page.goto(`${host}/elsewhere`);
      await page.goBack();
      await launcher.click();
      await said(page, "Thank you, Jack!").waitFor();
      await expect.poll(() => said(page, "My name is Jack").count()).toBe(1);
      expect(trouble).toEqual([]);
      await page.context().close();
    },
    90_000,
  );

  it("loads 8 kB before a visitor comes near, and less than 90 kB with the conversation, compressed", async () => {
    const { widget } = await snippetsOf({ allowed_domains: [host] });
    pages.set("/budget", { html: document(here(widget)) });
    const page = await browser.newPage();
    await page.addInitScript(OPEN_SHADOW);
    const loads: Promise<number>[] = [];
    page.on("requestfinished", (request) => {
      if (request.url().startsWith(product.base))
        loads.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
    });
    const bytes = async () => (await Promise.all(loads)).reduce((sum, size) => sum + size, 0);
    await page.goto(`${host}/budget`);
    await page.getByRole("button", { name: "Open chat" }).waitFor();
    await expect.poll(() => loads.length).toBe(1);
    expect(await bytes()).toBeLessThanOrEqual(8_000);
    await page.getByRole("button", { name: "Open chat" }).click();
    await said(page, "front desk").waitFor();
    // What formats answers comes last.
    await panelOf(page).locator(".prose strong").first().waitFor();
    expect(await bytes()).toBeLessThan(90_000);
    await page.close();
  }, 60_000);

  it("treats a visitor not identified by its site as a guest, and tells visitor, developer and owner why", async () => {
    const { widget, id } = await snippetsOf({ allowed_domains: [host] });
    const path = `${PATH}/${id}/identity/secret`;
    const { secret, audience } = (await owner().call<{ secret: string; audience: string }>("POST", path, {})).body;
    const ada = () => ({ sub: "ada", jti: randomUUID(), name: "Ada" });
    const signed = (aud: string, end: string) =>
      new SignJWT(ada())
        .setProtectedHeader({ alg: "HS256" })
        .setAudience(aud)
        .setExpirationTime(end)
        .sign(new TextEncoder().encode(secret));
    const refused: [identity: string, code: string][] = [
      [new UnsecuredJWT(ada()).setAudience(audience).setExpirationTime("5m").encode(), "identity_refused"],
      [await signed(randomUUID(), "5m"), "identity_refused"],
      [await signed(audience, "-10m"), "identity_expired"],
    ];
    const tag = (identity: string) => here(widget).replace("<script ", `<script data-identity="${identity}" `);
    for (const [identity, code] of refused) {
      pages.set("/vouched", { html: document(tag(identity)) });
      const { page, trouble } = await visit("/vouched");
      await page.getByRole("button", { name: "Open chat" }).click();
      await panelOf(page).getByText("This site couldn’t confirm who you are.").waitFor();
      await said(page, "front desk").waitFor();
      await expect.poll(() => trouble.join()).toContain(`(${code}): ${product.base}/static/demo.html#${code}`);
      expect(trouble.join()).not.toContain(identity);
      await page.context().close();
    }
    pages.set("/vouched", { html: document(tag(await signed(audience, "5m"))) });
    const { page, trouble } = await visit("/vouched");
    await page.getByRole("button", { name: "Open chat" }).click();
    await said(page, "front desk").waitFor();
    expect(trouble).toEqual([]);
    await page.context().close();
    const events = `/api/analytics/security-events?link_id=${id}&kind=identity_refused`;
    await expect
      .poll(
        async () => {
          const { body } = await owner().call<{ data: { scope: string }[] }>("GET", events);
          return body.data.map(({ scope }) => scope).sort();
        },
        { timeout: 20_000 },
      )
      .toEqual(["algorithm", "audience", "expired"]);
    const sessions = await owner().call<{ data: { participant: { name?: string } }[] }>(
      "GET",
      `${PATH}/${id}/sessions`,
    );
    expect(sessions.body.data.map(({ participant }) => participant.name ?? "guest").sort()).toEqual([
      ...["Ada", "guest", "guest", "guest"],
    ]);
  }, 120_000);

  it("tells host page, visitor and owner why a site that the link does not list gets no chat", async () => {
    const { widget, id, token } = await snippetsOf({ allowed_domains: ["https://elsewhere.example"] });
    pages.set("/refused", { html: document(here(widget)) });
    const { page, trouble } = await visit("/refused");
    await page.getByRole("button", { name: "Open chat" }).click();
    await page.getByText("The chat is not available here.").waitFor({ timeout: 20_000 });
    expect(trouble.join()).toContain("origin_not_allowed");
    expect(trouble.join()).not.toContain(token);
    await expect
      .poll(
        async () =>
          (
            await owner().call<{ data: { kind: string; link_id: string }[] }>(
              "GET",
              `/api/analytics/security-events?link_id=${id}`,
            )
          ).text,
      )
      .toContain("origin_refused");
    // What the message says to do is all there is to do.
    expect((await owner().call("PUT", `${PATH}/${id}`, { allowed_domains: [host] })).status).toBe(200);
    await page.reload();
    await page.getByRole("button", { name: "Open chat" }).click();
    await said(page, "front desk").waitFor({ timeout: 20_000 });
    await page.context().close();
  }, 90_000);

  it("offers no snippet that a browser would refuse, and frames that work on the requested site", async () => {
    const { id, widget, iframe } = await snippetsOf({});
    expect([widget, iframe]).toEqual([null, null]);
    await owner().call("PUT", `${PATH}/${id}`, { allowed_domains: [host] });
    const { body } = await owner().call<Snippets>("GET", `${PATH}/${id}/embed`);
    pages.set("/frame", { html: document(here(body.iframe)) });
    const { page } = await visit("/frame");
    await page.frameLocator("iframe").locator("ol.messages").getByText("front desk").waitFor();
    await page.context().close();
  }, 60_000);

  it("shows itself on the demo page of a first start, whose API tests pass, and in the page of its own", async () => {
    const page = await browser.newPage();
    await page.addInitScript(OPEN_SHADOW);
    await page.goto(`${product.base}/static/demo.html`);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Run the API tests" }).click();
    await expect.poll(() => page.locator("#results tr").count(), { timeout: 20_000 }).toBe(8);
    await expect
      .poll(() => page.locator("#results tr td:nth-child(2)").allTextContents(), { timeout: 20_000 })
      .toEqual(["201", "200", "200", "200", "200", "200", "200", "200"]);
    await page.getByRole("button", { name: "openChat()" }).click();
    await expect.poll(() => page.locator("#connected").textContent(), { timeout: 20_000 }).toBe("yes");
    await screenshot(page, "demo page");
    await page.goto(`${product.base}/static/chat-widget.html`);
    await panelOf(page).getByRole("textbox").waitFor();
    await page.close();
  }, 90_000);
});
