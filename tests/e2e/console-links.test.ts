import { readFile } from "node:fs/promises";
import { createBearerClient } from "@parley/testkit";
import { choose, launchBrowser } from "@parley/web-kit/testing";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

/** A picture of 16 × 8. */
const LOGO = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAICAIAAAB/FOjAAAAAE0lEQVR42mPYwKBAEmIY1UALDQDuKWgBrU8E5wAAAABJRU5ErkJggg==";
/** For polls whose every look takes a while. */
const LONG = { timeout: 20_000 };

/** An owner at the console and visitors at the links, in real browsers, against the product. */
describe("links in the console against the product", () => {
  let product: FirstStart;
  let demo: Announcement;
  let browser: Browser;
  const problems: string[] = [];
  beforeAll(async () => {
    product = await firstStart();
    demo = await product.start();
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await product?.clear();
  }, 60_000);

  const open = async (address: string): Promise<Page> => {
    const context = await browser.newContext({ locale: "en-GB", permissions: ["clipboard-read", "clipboard-write"] });
    const page = await context.newPage();
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy|TrustedHTML/.test(message.text())) problems.push(message.text());
    });
    await page.goto(address);
    return page;
  };
  const signIn = async (path: string): Promise<Page> => {
    const page = await open(`${product.base}/console${path}`);
    await page.getByLabel("Access token").fill(demo.admin_token);
    await page.getByLabel("Access token").press("Enter");
    return page;
  };
  const owner = () => createBearerClient({ bases: [product.base], token: demo.admin_token });

  it("creates a link with every kind of field, changes it, and counts its use", async () => {
    const page = await signIn("/links/clinic-desk/new");
    await choose(page, "Start from", "Customer support");
    await page.getByLabel("Title").fill("Spring");
    await page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })");
    await page.getByLabel("PIN", { exact: true }).fill("4711-0815");
    await page.getByLabel("Text to agree to").fill("We keep what you write for 30 days.");
    await page.getByLabel("Networks").fill("127.0.0.0/8\n::1/128");
    await page.getByLabel("Not from these countries").fill("fr");
    await page.getByLabel("Name on the page").fill("Praxis am Park");
    await page.getByLabel("Colour", { exact: true }).fill("#b00020");
    const logo = { name: "logo.png", mimeType: "image/png", buffer: Buffer.from(LOGO, "base64") };
    await page.locator("input[type=file]").setInputFiles(logo);
    const preview = page.frameLocator("iframe[title='Preview of the chat page']");
    await preview.locator(".header .avatar img").waitFor();
    await preview.getByRole("heading", { name: "Spring" }).waitFor({ state: "attached" });
    await page.getByLabel("Suggested first messages").fill("Book an appointment, please\nOpening hours");
    await page.getByLabel("US dollars").fill("2.5");
    await page.getByRole("checkbox", { name: "Visitors may attach files" }).check();
    await page.getByLabel("Keep conversations for").fill("30");
    await page.getByLabel("Metadata").fill('{"campaign": "spring"}');
    await page.getByRole("button", { name: "Create the link" }).click();
    const address = await page.getByLabel("Address of the link", { exact: true }).inputValue();

    const [made] = (
      await owner().call<{ data: Record<string, unknown>[] }>("GET", "/api/agents/clinic-desk/public-links")
    ).body.data;
    expect(made).toMatchObject({
      title: "Spring",
      max_concurrent_sessions: 5,
      max_messages_per_session: 50,
      pin_required: true,
      allowed_ips: ["127.0.0.0/8", "::1/128"],
      blocked_countries: ["FR"],
      branding: { name: "Praxis am Park", colours: { accent: "#b00020" } },
      starters: ["Book an appointment, please", "Opening hours"],
      budget: { max_cost: 2.5, hard: true },
      file_uploads: { enabled: true },
      retention_days: 30,
      metadata: { campaign: "spring" },
    });

    const visitor = await open(address);
    await visitor.getByLabel("PIN").waitFor();
    await page.getByRole("link", { name: "QR code and snippet" }).click();
    await page.getByAltText("QR code of the address").waitFor();
    await expect.poll(() => page.getByLabel("Address of the link", { exact: true }).inputValue()).toBe(address);
    await page.getByText("PIN, consent, network, country").waitFor();
    await page.getByRole("link", { name: "Change" }).click();
    await page.getByRole("checkbox", { name: "Take the PIN away" }).check();
    await page.getByLabel("Text to agree to").fill("");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("network, country").waitFor();

    await visitor.reload();
    await visitor.getByRole("heading", { name: "Praxis am Park" }).waitFor();
    const width = "document.querySelector('.header .avatar img')?.naturalWidth";
    await expect.poll(() => visitor.evaluate(width), LONG).toBe(16);
    // The first message counts the session.
    await visitor.getByRole("button", { name: "Opening hours" }).click();
    await visitor.getByText("49 messages left").waitFor();
    await page.reload();
    await page.getByRole("figure", { name: "Conversations by day" }).waitFor();
    await page.getByRole("link", { name: /^Clinic Desk text_/ }).waitFor();
    await page.getByText("1 of 100").waitFor();
    expect(problems).toEqual([]);
    await visitor.context().close();
    await page.context().close();
  }, 120_000);

  it("shows the server's errors beside their fields", async () => {
    const page = await signIn("/links/clinic-desk/new");
    await page.getByText("From where").click();
    await page.getByLabel("Networks").fill("10.0.0.0/99");
    await page.getByRole("button", { name: "Create the link" }).click();
    await expect.poll(() => page.getByLabel("Networks").getAttribute("aria-invalid")).toBe("true");
    await page.context().close();
  });

  it("creates a link for each person of a list, with a personal greeting, and disables them together", async () => {
    const page = await signIn("/links/clinic-desk/many");
    await page.getByLabel("People").fill("Ada Lovelace, ada@example.com\nBo");
    await page.getByLabel("Title").fill("For one");
    await page.getByRole("button", { name: "Create 2 links" }).click();
    await page.getByRole("heading", { name: "2 links ready" }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download as CSV" }).click(),
    ]);
    const [, ada = ""] = (await readFile(await download.path(), "utf8")).split("\r\n");
    expect(ada).toMatch(/^Ada Lovelace,ada@example\.com,http.*\/public\/chat\/pl_/);
    const visitor = await open(ada.split(",")[2] ?? "");
    await visitor.getByText("Hello Ada Lovelace!").first().waitFor();
    await visitor.context().close();
    await page.getByRole("link", { name: "Links" }).last().click();
    await expect.poll(() => page.getByLabel("Select For one").count()).toBe(2);
    for (const row of await page.getByLabel("Select For one").all()) await row.check();
    await page.getByRole("button", { name: "Disable 2 links" }).click();
    await page.getByRole("button", { name: "Disable them" }).click();
    await page.getByText("2 disabled.").waitFor();
    await expect.poll(() => page.getByRole("row").filter({ hasText: "Disabled" }).count()).toBe(2);
    await page.context().close();
  }, 60_000);

  it("asks newcomers to wait, shows their code in the mailbox and lets them in", async () => {
    const page = await signIn("/agents/clinic-desk/access");
    await choose(page, "Who may talk", "Approved addresses");
    await page.getByRole("button", { name: "Save access" }).click();
    await page.getByText("It counts for all links").waitFor();
    const { body } = await owner().call<{ token: string }>("POST", "/api/agents/clinic-desk/public-links", {});
    const visit = (path: string, given: Record<string, string>): Promise<Response> =>
      fetch(`${product.base}/api/public/verify/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token: body.token, email: "bob@example.com", ...given }),
      });
    const asked = await visit("request", {});
    expect(asked.status).toBe(200);
    const { request_id: requestId } = z.object({ request_id: z.string() }).parse(await asked.json());
    await page.getByRole("navigation").getByRole("link", { name: "Mail" }).click();
    const refresh = page.getByRole("button", { name: "Refresh" });
    const code = page.getByRole("row").filter({ hasText: "bob@example.com" }).first();
    await expect
      .poll(async () => {
        await refresh.click();
        return code.count();
      }, LONG)
      .toBe(1);
    await code.click();
    const digits = /\b\d{6}\b/.exec((await page.locator("pre").textContent()) ?? "")?.[0] ?? "";
    expect(await (await visit("confirm", { code: digits, request_id: requestId })).json()).toMatchObject({
      code: "access_pending",
    });
    await page.getByRole("navigation").getByRole("link", { name: "Agents" }).click();
    await page.getByRole("link", { name: "Clinic Desk", exact: true }).click();
    await page.getByRole("link", { name: "Access", exact: true }).click();
    await page.getByRole("button", { name: "Approve bob@example.com" }).click();
    await page.getByText("bob@example.com is approved").waitFor();
    await page.getByText("Nobody is waiting.").waitFor();
    await page.context().close();
  }, 60_000);
});
