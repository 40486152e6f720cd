import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { computeSignature } from "@parley/client";
import {
  axeFindings,
  builtPage,
  cutOffTexts,
  inEachLook,
  launchBrowser,
  newVisitor,
  screenshotsIn,
  sidewaysOverflow,
  skipBrowser,
} from "@parley/web-kit/testing";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const screenshot = screenshotsIn("docs");
const TYPES: Record<string, string> = { ".js": "text/javascript", ".css": "text/css" };
/** As the gateway sends it. */
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; require-trusted-types-for 'script'; trusted-types 'none'";
let browser: Browser;
let server: Server;
let url = "";

beforeAll(async () => {
  if (skipBrowser) return;
  const dist = await builtPage(join(import.meta.dirname, ".."));
  server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    const asset = path.startsWith("/assets/docs/") ? path.slice("/assets/docs/".length) : null;
    const file = asset ?? `pages/${path === "/docs" ? "index" : path.slice("/docs/".length)}.html`;
    const type = TYPES[extname(file)] ?? "text/html; charset=utf-8";
    response.writeHead(200, { "content-type": type, "content-security-policy": CSP });
    response.end(readFileSync(join(dist, file)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  server?.close();
});

describe.skipIf(skipBrowser)("the documentation in a browser", () => {
  it("is accessible and fits, wide and light, narrow and dark", async () => {
    const visitor = await newVisitor(browser, url);
    for (const path of ["/docs", "/docs/links", "/docs/reference/public-links", "/docs/signature-checker"]) {
      await visitor.page.goto(url + path);
      await inEachLook(visitor.page, async (look) => {
        await screenshot(visitor.page, `${look}${path.replaceAll("/", "-")}`);
        expect(await axeFindings(visitor.page), path).toEqual([]);
        await expect.poll(() => sidewaysOverflow(visitor.page), { message: path }).toBe(0);
        await expect.poll(() => cutOffTexts(visitor.page), { message: path }).toEqual([]);
      });
    }
    expect(visitor.trouble).toEqual([]);
    await visitor.context.close();
  });

  it("copies an example, and opens one program at a time", async () => {
    const visitor = await newVisitor(browser, url);
    const { page } = visitor;
    await page.goto(`${url}/docs/reference/agents`);
    const examples = page.locator(".examples").first();
    await examples.getByText("Python", { exact: true }).click();
    await expect.poll(() => examples.locator("details[open]").count()).toBe(1);
    await examples.locator("details[open]").getByRole("button", { name: "Copy" }).click();
    await examples.getByRole("button", { name: "Copied" }).waitFor();
    await expect.poll(() => page.evaluate("navigator.clipboard.readText()")).toContain("import urllib.request");
    expect(visitor.trouble).toEqual([]);
    await visitor.context.close();
  });

  it.each([1280, 360])("is searched by keyboard, %d px wide", async (width) => {
    const visitor = await newVisitor(browser, url, { width });
    const { page } = visitor;
    await page.goto(`${url}/docs`);
    // The address changes before the script of the next page has run.
    const search = async (words: string): Promise<void> => {
      await page.getByRole("searchbox").waitFor();
      await page.keyboard.press("/");
      await page.keyboard.type(words);
    };
    await search("idempotency key");
    const found = page.locator(".search li a");
    await expect.poll(() => found.count()).toBeGreaterThan(2);
    await screenshot(page, `search-${width}`);
    expect(await axeFindings(page)).toEqual([]);
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
    const wanted = await found.first().getAttribute("href");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.url()).toBe(url + wanted);
    await search("qqqq");
    await page.getByText("Nothing found").waitFor();
    expect(visitor.trouble).toEqual([]);
    await visitor.context.close();
  });

  it("analyses a refused request without sending any of it", async () => {
    const visitor = await newVisitor(browser, url);
    const { page } = visitor;
    await page.goto(`${url}/docs/signature-checker`);
    await page.getByLabel("API key").fill("his-key");
    await page.getByLabel(/^Body/).fill('{"a": 1}');
    const timestamp = await page.getByLabel("X-Timestamp").inputValue();
    const parts = { timestamp, method: "POST", target: "/api/chat/sessions", body: '{"a":1}' };
    await page.getByLabel(/^X-Signature/).fill(await computeSignature("his-key", parts));
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText("sign the bytes that you send").waitFor();
    await page.getByLabel(/^X-Signature/).fill(await computeSignature("his-key", { ...parts, body: '{"a": 1}' }));
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByRole("heading", { name: "signed as the server expects it" }).waitFor();
    expect(asked).toEqual([]);
    expect(visitor.trouble).toEqual([]);
    await visitor.context.close();
  });
});
