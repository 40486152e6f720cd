import { readFile } from "node:fs/promises";
import { createBearerClient } from "@parley/testkit";
import { launchBrowser } from "@parley/web-kit/testing";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

const EMAIL = "ada@example.com";

/** An owner who is asked to forget somebody, in a real browser, against the product. */
describe("trust at the console against the product", () => {
  let product: FirstStart;
  let demo: Announcement;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    product = await firstStart();
    demo = await product.start();
    browser = await launchBrowser();
    page = await browser.newPage({ locale: "en-GB" });
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy|TrustedHTML/.test(message.text())) problems.push(message.text());
    });
  }, 120_000);
  afterAll(async () => {
    expect(problems).toEqual([]);
    await browser?.close();
    await product?.clear();
  }, 60_000);

  const owner = () => createBearerClient({ bases: [product.base], token: demo.admin_token });

  it("adds notes about a person, erases them with a valid receipt, and finds it all in an intact audit", async () => {
    await page.goto(`${demo.url}/console/memory`);
    await page.getByLabel("Access token").fill(demo.admin_token);
    await page.getByLabel("Access token").press("Enter");
    await page.getByRole("button", { name: "Note about somebody" }).click();
    await page.getByRole("dialog").getByLabel("E-mail address").fill(EMAIL);
    await page.getByRole("dialog").getByLabel("Notes").fill("Prefers mornings.");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    const panel = page.getByRole("complementary", { name: EMAIL });
    await expect.poll(() => panel.getByLabel("Notes").inputValue()).toBe("Prefers mornings.");
    const [agent] = new URL(page.url()).pathname.split("/").slice(3);
    const remembering = agent ?? (await firstAgent());

    await page.goto(`${demo.url}/console/privacy`);
    await page.getByRole("button", { name: "Erase a person" }).click();
    await page.getByRole("dialog").getByLabel("E-mail address").fill(EMAIL);
    await page.getByRole("button", { name: "Show what goes" }).click();
    await page.getByText("will not remember this person any more").waitFor();
    await page.getByLabel(`Type “${EMAIL}” to go on`).fill(EMAIL);
    await page.getByRole("button", { name: "Erase for good" }).click();
    const erasure = page.getByRole("complementary", { name: "Erasure of a person" });
    await erasure.getByRole("heading", { name: "Receipt" }).waitFor({ timeout: 60_000 });
    const saving = page.waitForEvent("download");
    await erasure.getByRole("button", { name: "Download" }).click();
    const receipt = JSON.parse(await readFile(await (await saving).path(), "utf8"));
    await erasure.getByRole("button", { name: "Verify" }).click();
    await erasure.getByText("The receipt is genuine").waitFor();
    await erasure.getByRole("button", { name: "Search again" }).click();
    await erasure.getByText("Nothing has reappeared").waitFor();
    expect((await owner().call("GET", `/api/agents/${remembering}/memory/${EMAIL}`)).status).toBe(404);

    // A receipt that somebody has improved.
    receipt.stores[0].removed = { sessions: 4711 };
    const file = { name: "r.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(receipt)) };
    await page.keyboard.press("Escape");
    await page.getByRole("region", { name: "Verify a receipt" }).locator("input").setInputFiles(file);
    await page.getByText("The receipt is not valid here").waitFor();

    await page.getByRole("navigation", { name: "Trust" }).getByRole("link", { name: "Audit" }).click();
    await page.getByRole("row", { name: /Erasure created/ }).waitFor();
    await page.getByRole("row", { name: /Memory created/ }).waitFor();
    await page.getByRole("button", { name: "Verify" }).click();
    await page.getByText("The audit is intact").waitFor();
  }, 120_000);

  async function firstAgent(): Promise<string> {
    const { body } = await owner().call<{ data: { slug: string }[] }>("GET", "/api/agents");
    return body.data[0]?.slug ?? "";
  }
});
