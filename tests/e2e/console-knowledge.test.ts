import { createBearerClient } from "@parley/testkit";
import { launchBrowser } from "@parley/web-kit/testing";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pdfOf } from "../../services/memory/test/sample-pdf.js";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

/** An owner with a real browser, from the first document to its deletion. */
describe("the knowledge base in the console against the product", () => {
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

  const signIn = async (path: string): Promise<Page> => {
    const context = await browser.newContext({ locale: "en-GB" });
    const page = await context.newPage();
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy|TrustedHTML/.test(message.text())) problems.push(message.text());
    });
    await page.goto(`${product.base}/console${path}`);
    await page.getByLabel("Access token").fill(demo.admin_token);
    await page.getByLabel("Access token").press("Enter");
    return page;
  };

  it("accepts documents, refuses a broken one, finds passages for a question, shows the text and deletes it", async () => {
    const page = await signIn("/agents/clinic-desk");
    await page.getByRole("link", { name: "Knowledge" }).click();
    await page.getByText("No documents yet").waitFor();
    await page.locator("input[type=file]").setInputFiles([
      {
        name: "prices.md",
        mimeType: "text/markdown",
        buffer: Buffer.from("# Prices\n\nAn MRI costs 400 euros.\n\n# Parking\n\nBehind the house."),
      },
      { name: "leaflet.pdf", mimeType: "application/pdf", buffer: pdfOf(["Bring your insurance card."]) },
      { name: "broken.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7 nothing") },
    ]);
    await page.getByText("2 documents are in the knowledge base, 1 refused.").waitFor();
    await page.getByRole("link", { name: "leaflet.pdf" }).waitFor();
    await expect.poll(() => page.getByRole("button", { name: /^Delete / }).count()).toBe(2);
    await page.reload();
    await page
      .getByRole("list", { name: "Being read" })
      .getByRole("listitem")
      .filter({ hasText: "broken.pdf" })
      .getByText("Not added")
      .waitFor();

    await page.getByLabel("What a visitor might say").fill("What does an MRI cost?");
    await page.keyboard.press("Enter");
    await page.getByText("An MRI costs 400 euros.").waitFor();
    await page.getByText(/words: place 1/).waitFor();
    await page.getByRole("link", { name: "prices.md" }).first().click();
    await page.getByRole("heading", { name: "Parking" }).waitFor();
    await page.getByRole("link", { name: "Knowledge" }).click();
    await page.getByRole("button", { name: "Delete prices.md" }).click();
    await page.getByLabel("Type “prices.md” to go on").fill("prices.md");
    await page.getByRole("button", { name: "Delete the document" }).click();
    await page.getByText("“prices.md” is deleted.").waitFor();
    await expect.poll(() => page.getByRole("link", { name: "prices.md" }).count()).toBe(0);
    const owner = createBearerClient({ bases: [product.base], token: demo.admin_token });
    const { body } = await owner.call<{ data: { name: string }[] }>("GET", "/api/agents/clinic-desk/knowledge");
    expect(body.data.map(({ name }) => name)).toEqual(["leaflet.pdf"]);
    expect(problems).toEqual([]);
    await page.context().close();
  }, 120_000);
});
