import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { axeFindings, skipBrowser } from "../setup.js";
import { galleryBench } from "./gallery.js";

const gallery = galleryBench();
const ROW = '[role="row"][aria-rowindex="2"]';
const peeked = (page: Page) => page.locator("aside p");
const words = (page: Page): string => new URL(page.url()).search;

it.skipIf(skipBrowser)("fetches page after page until the end is reached", async () => {
  const page = await gallery.open("/table", { reducedMotion: true });
  await page.locator(ROW).waitFor();
  const frame = page.locator("section section > div").nth(1);
  for (let more = 0; more < 3; more += 1) {
    await frame.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await expect.poll(() => page.locator('[role="row"]').count()).toBeGreaterThan(10);
  }
  await expect.poll(() => page.getByText("120 rows", { exact: true }).count()).toBe(1);
  expect(await page.locator('[role="row"]').count()).toBeLessThan(60);
});

it.skipIf(skipBrowser)(
  "walks thirty rows of a filter by j and k, shows only rows of it, and closes on Esc",
  async () => {
    const page = await gallery.open("/table", { reducedMotion: true });
    await page.locator(ROW).waitFor();
    await page.getByRole("combobox", { name: "State" }).click();
    await page.getByRole("option", { name: "Failed" }).click();
    await expect.poll(() => words(page)).toBe("?state=failed");
    await page.locator(ROW).click();
    for (let step = 1; step <= 30; step += 1) {
      await page.keyboard.press("j");
      await expect.poll(() => peeked(page).innerText()).toBe(`Details of s${step * 3}`);
    }
    await page.keyboard.press("k");
    await expect.poll(() => words(page)).toBe("?state=failed&peek=s87");
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await expect.poll(() => peeked(page).count()).toBe(0);
    await expect.poll(() => page.evaluate("document.activeElement?.getAttribute('aria-rowindex')")).toBe("31");
    await page.reload();
    await expect.poll(() => page.getByText("40 rows", { exact: true }).count()).toBe(1);
  },
);

it.skipIf(skipBrowser)("opens the row that the address names", async () => {
  const page = await gallery.open("/table?many=500&peek=s7", { reducedMotion: true });
  await expect.poll(() => peeked(page).innerText()).toBe("Details of s7");
});

it.skipIf(skipBrowser)("sorts in the address, shows saved views and keeps the columns chosen", async () => {
  const page = await gallery.open("/table?many=500", { reducedMotion: true });
  const cost = page.getByRole("columnheader", { name: "Cost" });
  await cost.getByRole("button").click();
  await cost.getByRole("button").click();
  await expect.poll(() => words(page)).toContain("sort=-cost");
  await expect.poll(() => cost.getAttribute("aria-sort")).toBe("descending");
  await expect.poll(() => page.locator(ROW).innerText()).toContain("$1.10");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("textbox", { name: "Save what is shown as" }).fill("Dear ones");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Everything" }).click();
  await expect.poll(() => words(page)).not.toContain("sort");
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Turns" }).click();
  await page.keyboard.press("Escape");
  await page.reload();
  await page.locator(ROW).waitFor();
  await expect.poll(() => page.getByRole("columnheader", { name: "Turns" }).count()).toBe(0);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("button", { name: "Dear ones", exact: true }).click();
  await expect.poll(() => words(page)).toContain("sort=-cost");
});

it.skipIf(skipBrowser)("saves what is filtered as CSV, all pages of it", async () => {
  const page = await gallery.open("/table?state=failed", { reducedMotion: true });
  await page.locator(ROW).waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "CSV" }).click(),
  ]);
  const lines = (await readFile(await download.path(), "utf8")).trim().split("\r\n");
  expect(lines[0]).toBe("Conversation,Agent,Id,State,Turns,Cost");
  expect(lines).toHaveLength(41);
});
