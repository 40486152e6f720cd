import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { DOCUMENT_ID, documentRow } from "./rows.js";
import { consoleBench, skipBrowser } from "./setup.js";

const bench = consoleBench();
const calls = (name: string) => bench.api().seen.filter(({ call }) => call === name);
const KNOWLEDGE = "/console/knowledge/clinic-desk";
const file = (name: string, content = "x") => ({ name, mimeType: "text/plain", buffer: Buffer.from(content) });
const chooser = (page: Page) => page.locator("input[type=file]");

describe.skipIf(skipBrowser)("documents", () => {
  it("are uploaded one by one when chosen, with their language, and each outcome is shown", async () => {
    const page = await bench.open(KNOWLEDGE);
    await page.getByRole("combobox", { name: "Language of the text" }).fill("germ");
    await page.getByRole("option", { name: "German" }).click();
    await chooser(page).setInputFiles([file("prices.md"), file("hours.md"), file("setup.exe"), file("empty.md", "")]);
    await page.getByText("Replaced the earlier one").waitFor();
    await page.getByText("It is empty.").waitFor();
    await page.getByText("Only Markdown, text, HTML and PDF can be read.").waitFor();
    await page.getByText("2 documents are in the knowledge base, 1 refused.").waitFor();
    await page.getByRole("link", { name: "hours.md" }).waitFor();
    const sent = calls("POST /agents/:/knowledge");
    expect(sent).toHaveLength(3);
    expect(String(sent[0]?.body.form)).toMatch(
      /name="language"\r\n\r\ngerman\r\n[\s\S]*name="file"; filename="prices\.md"/,
    );
  });

  it("can be dropped onto the page", async () => {
    const page = await bench.open(KNOWLEDGE);
    await page.getByText("drop them here").waitFor();
    await page.evaluate(`{
      const data = new DataTransfer();
      data.items.add(new File(["Nine to five."], "dropped.md"));
      for (const type of ["dragover", "drop"])
        document.querySelector("[aria-label=Files]").dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    }`);
    await page.getByRole("link", { name: "dropped.md" }).waitFor();
    await expect.poll(() => page.locator("[data-over]").count()).toBe(0);
  });

  it("are refreshed while their vectors are computed", async () => {
    const waiting = { embedding: { status: "queued", error: null, tokens: 0, cost: 0 } };
    const page = await bench.open(KNOWLEDGE, {
      prepare: (api) => {
        api.documents = [documentRow(waiting)];
      },
    });
    await page.getByText("Waits for vectors").waitFor();
    bench.api().documents = [documentRow({})];
    await page.getByRole("listitem").getByText("Words and vectors", { exact: true }).waitFor();
    const looked = calls("GET /agents/:/knowledge").length;
    expect(looked).toBeGreaterThan(1);
  });

  it("are deleted after a warning of which agents lose them, by keyboard alone", async () => {
    const page = await bench.open(KNOWLEDGE);
    await page.getByRole("button", { name: "Delete prices.md" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Version 2 and newer lose it with the next answer").waitFor();
    await page.getByText("gone at once and for good").waitFor();
    await page.getByLabel("Type “prices.md” to go on").focus();
    await page.keyboard.type("prices.md");
    await page.getByRole("button", { name: "Delete the document" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("No documents yet").waitFor();
    expect(calls("DELETE /agents/:/knowledge/:")).toHaveLength(1);
    await expect.poll(() => page.getByLabel("What a visitor might say").count()).toBe(0);
  });

  it("are read passage by passage, as text", async () => {
    const page = await bench.open(KNOWLEDGE);
    await page.getByRole("link", { name: "prices.md" }).click();
    await page.getByRole("heading", { name: "prices.md" }).waitFor();
    await page.getByText("<b>cash</b>").first().waitFor();
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByText("Passage 2").waitFor();
    await expect.poll(() => page.getByRole("button", { name: "Show more" }).count()).toBe(0);
    expect(calls("GET /agents/:/knowledge/:").map(({ query }) => query.get("after"))).toEqual([null, "1"]);
    await expect.poll(() => page.url()).toContain(`/console/knowledge/clinic-desk/${DOCUMENT_ID}`);
  });
});

describe.skipIf(skipBrowser)("documents that are being read", () => {
  it("show progress until complete, and the reason when they fail", async () => {
    const started_at = new Date().toISOString();
    const page = await bench.open(KNOWLEDGE, {
      prepare: (api) => {
        api.documents = [];
        api.ingesting = [{ name: "manual.pdf", bytes: 9_000_000, status: "processing", error: null, started_at }];
      },
    });
    await page.getByText("Reading", { exact: true }).waitFor();
    bench.api().ingesting = [
      { name: "manual.pdf", bytes: 9_000_000, status: "failed", error: "document_unreadable", started_at },
    ];
    await page.getByText("It contains no readable text").waitFor();
  });
});

describe.skipIf(skipBrowser)("a question that is tried", () => {
  it("shows the best passages with score and position, and the time taken", async () => {
    const page = await bench.open(KNOWLEDGE);
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByText("Write a question first.").waitFor();
    await page.getByLabel("What a visitor might say").fill("What does an MRI cost?");
    await page.getByLabel("What a visitor might say").press("Enter");
    await page.getByText("score 0.0163").waitFor();
    await page.getByText("words: place 1 (2.5000)").waitFor();
    await page.getByText("vectors: not found").waitFor();
    await page.getByText("took 7 tokens of text-embedding-3-small").waitFor();
    expect(calls("POST /agents/:/knowledge/:").map(({ body }) => body)).toEqual([
      { query: "What does an MRI cost?", mode: "hybrid", top_k: 5 },
    ]);
    await page.getByLabel("What a visitor might say").fill("walrus");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByText("Nothing fits.").waitFor();
  });

  it("shows an error of the server", async () => {
    const page = await bench.open(KNOWLEDGE, {
      prepare: (api) => {
        api.refuse["POST /agents/:/knowledge/:"] = {
          status: 503,
          code: "not_ready",
          detail: "The service is starting.",
        };
      },
    });
    await page.getByLabel("What a visitor might say").fill("x");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByText("The service is starting.").waitFor();
  });
});
