import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createBearerClient, endsWithin, eventually } from "@parley/testkit";
import { launchBrowser } from "@parley/web-kit/testing";
import type { Browser, Page } from "playwright-core";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

interface Got {
  headers: Record<string, string>;
  body: string;
}

/** An owner at the settings of the console, in a real browser, against the product. */
describe("the settings in the console against the product", () => {
  let product: FirstStart;
  let demo: Announcement;
  let browser: Browser;
  let page: Page;
  let hook: string;
  let status = 200;
  const got: Got[] = [];
  const problems: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    got.push({ headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(status).end("said by the receiver");
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    hook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    product = await firstStart({ ALLOW_TEST_HOOKS: "1", WEBHOOK_POLL_MS: "100", RETENTION_DAYS: "45" });
    demo = await product.start();
    browser = await launchBrowser();
    const context = await browser.newContext({ locale: "en-GB", permissions: ["clipboard-read", "clipboard-write"] });
    page = await context.newPage();
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy|TrustedHTML/.test(message.text())) problems.push(message.text());
    });
    await page.goto(`${product.base}/console/settings`);
    await page.getByLabel("Access token").fill(demo.admin_token);
    await page.getByLabel("Access token").press("Enter");
  }, 120_000);
  afterAll(async () => {
    expect(problems).toEqual([]);
    await browser?.close();
    await product?.clear();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }, 60_000);

  it("adds a webhook, refuses an address of a private network beside its field, and sends a test that the receiver can verify", async () => {
    await page.getByText("No webhooks yet").waitFor();
    await page.getByRole("link", { name: "Add the first webhook" }).click();
    await page.getByLabel("Address").fill("http://192.168.0.1/hook");
    await page.getByRole("button", { name: "Add the webhook" }).click();
    await page.getByText("is a private").waitFor();
    await page.getByLabel("Address").fill(hook);
    await page.getByLabel("Name").fill("CRM");
    await page.getByRole("button", { name: "Add the webhook" }).click();
    const secret = await page.getByLabel("Signing secret", { exact: true }).inputValue();
    await page.getByRole("link", { name: "I have it, send a test" }).click();
    await page.getByRole("button", { name: "Send a test" }).click();
    const deliveries = page.getByRole("grid", { name: "Webhook deliveries" });
    await deliveries.getByText("Delivered", { exact: true }).waitFor();
    const [first] = got;
    expect(new Webhook(secret).verify(first?.body ?? "", first?.headers ?? {})).toMatchObject({ type: "webhook.test" });
    await deliveries.getByRole("row").filter({ hasText: "webhook.test" }).click();
    await page.getByText("said by the receiver").waitFor();
  }, 60_000);

  it("rotates a secret while the old one still signs, and resends a delivery under its id", async () => {
    await page.getByRole("button", { name: "New secret" }).click();
    await page.getByRole("button", { name: "Make a new secret" }).click();
    const next = await page.getByLabel("Signing secret", { exact: true }).inputValue();
    await page.getByRole("button", { name: "I have it" }).click();
    await page.getByText("Signs too").waitFor();
    const count = got.length;
    await page.getByRole("button", { name: /^Send again/ }).click();
    await expect.poll(() => got.length).toBe(count + 1);
    const [first, again] = [got[0], got.at(-1)];
    expect(again?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    expect(again?.headers["webhook-signature"]?.split(" ")).toHaveLength(2);
    new Webhook(next).verify(again?.body ?? "", again?.headers ?? {});
  }, 60_000);

  it("says that a receiver that is gone was switched off, switches it on, and deletes it", async () => {
    status = 410;
    await page.getByRole("button", { name: "Send a test" }).click();
    await expect
      .poll(
        async () => {
          await page.reload();
          await page.getByRole("heading", { name: "Deliveries" }).waitFor();
          return page.getByText("it wants nothing any more").count();
        },
        // Each look loads the page again.
        { timeout: 30_000 },
      )
      .toBe(1);
    status = 200;
    await page.getByRole("button", { name: "Switch it on" }).click();
    await page.getByRole("button", { name: "Send a test" }).waitFor();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("Nothing waits to be sent.").waitFor();
    await page.getByRole("button", { name: "Delete the webhook" }).click();
    await page.getByText("No webhooks yet").waitFor();
  }, 60_000);

  it("creates a token that grants what its role allows until it is revoked", async () => {
    await page.getByRole("link", { name: "Keys and tokens" }).click();
    await page.getByRole("button", { name: "Create a token" }).click();
    await page.getByLabel("Name").fill("Script");
    await page.getByRole("radio", { name: "Viewer" }).click();
    await page.getByRole("button", { name: "Create the token" }).click();
    const token = await page.getByLabel("Access token", { exact: true }).inputValue();
    const script = createBearerClient({ bases: [product.base], token });
    expect((await script.call("GET", "/api/agents")).status).toBe(200);
    expect((await script.call("GET", "/api/keys")).status).toBe(403);
    await page.getByRole("button", { name: "I have it" }).click();
    await page.getByRole("button", { name: "Revoke the token Script" }).click();
    await page.getByRole("button", { name: "Revoke the token", exact: true }).click();
    await page.getByText("1 revoked token").waitFor();
    await endsWithin(1_000, () =>
      eventually(async () => expect((await script.call("GET", "/api/agents")).status).toBe(401)),
    );
  }, 60_000);

  it("creates a signing key, rotates it while the old one still signs, and revokes it", async () => {
    await page.getByRole("button", { name: "Create a key" }).click();
    await page.getByLabel("Name").fill("Shop");
    await page.getByRole("button", { name: "Create the key" }).click();
    const first = await page.getByLabel("Key id", { exact: true }).inputValue();
    await page.getByRole("button", { name: "I have both" }).click();
    await page.getByRole("button", { name: "Replace the key Shop" }).click();
    await page.getByRole("button", { name: "Make the new key" }).click();
    await expect.poll(() => page.getByLabel("Key id", { exact: true }).inputValue()).not.toBe(first);
    await page.getByRole("button", { name: "I have both" }).click();
    await page.getByText("Being replaced").waitFor();
    await page.getByRole("button", { name: "Revoke the key Shop" }).last().click();
    await page.getByRole("button", { name: "Revoke the key", exact: true }).click();
    await page.getByText("1 ended key").waitFor();
  }, 60_000);

  it("shows the settings for retention and sign-in, without secrets", async () => {
    await page.goto(`${product.base}/console/settings/installation`);
    const row = (name: string) => page.locator("dl > div").filter({ has: page.getByText(name, { exact: true }) });
    await row("RETENTION_DAYS").getByText("45").waitFor();
    await row("RETENTION_DAYS").getByText("Set here").waitFor();
    await row("WEBHOOK_RETENTION_DAYS").getByText("30").waitFor();
    await row("OIDC_ISSUER").getByText("Not set").waitFor();
    expect(await page.getByText("SECRET").count()).toBe(0);
    const viewer = createBearerClient({ bases: [product.base], token: demo.admin_token });
    const made = await viewer.call<{ token: string }>("POST", "/api/tokens", { name: "Looks", role: "editor" });
    const editor = createBearerClient({ bases: [product.base], token: made.body.token });
    expect((await editor.call("GET", "/api/settings")).status).toBe(403);
  }, 60_000);
});
