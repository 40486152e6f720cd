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

it.skipIf(skipBrowser)("scrolls 100,000 rows without a task that works for more than 100 ms", async () => {
  const page = await gallery.open("/table?many=100000");
  await page.locator(ROW).waitFor();
  expect(await longestTask(page, () => scrollAbout(page), 150)).toBeLessThanOrEqual(100);
  // The last row is reached, so the rows are all there.
  await page.locator('[role="row"][tabindex="0"]').press("End");
  await expect.poll(() => page.locator('[role="row"][aria-rowindex="100001"]').count()).toBe(1);
});

it.skipIf(skipBrowser)("filters 100,000 rows without a task that works for more than 100 ms", async () => {
  const page = await gallery.open("/table?many=100000");
  await page.getByText("100,000 rows", { exact: true }).waitFor();
  await page.getByRole("combobox", { name: "State" }).click();
  const failed = page.getByRole("option", { name: "Failed" });
  await failed.waitFor();
  const filter = async (): Promise<void> => {
    await failed.click();
    await page.getByText("33,334 rows", { exact: true }).waitFor();
  };
  expect(await longestTask(page, filter, 1)).toBeLessThanOrEqual(100);
});

/** By steps and jumps. */
const scrollAbout = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const frame = [...document.querySelectorAll("div")].find((element) => element.scrollHeight > 1_000_000);
    if (frame === undefined) throw new Error("nothing to scroll");
    for (let step = 0; step < 150; step += 1) {
      frame.scrollTop = step % 3 === 0 ? Math.random() * frame.scrollHeight : frame.scrollTop + 400;
      await new Promise(requestAnimationFrame);
    }
  });

/**
 * Answers how many milliseconds the page's longest task worked meanwhile. Time in which another process of the
 * machine had the processor does not count: it would judge the machine.
 */
async function longestTask(page: Page, work: () => Promise<void>, atLeast: number): Promise<number> {
  const browser = page.context().browser();
  if (browser === null) throw new Error("no browser to trace");
  await page.waitForTimeout(300);
  await browser.startTracing(page, { categories: ["disabled-by-default-devtools.timeline"] });
  await work();
  const trace: { traceEvents: { name: string; tdur?: number }[] } = JSON.parse(String(await browser.stopTracing()));
  const tasks = trace.traceEvents.filter(({ name, tdur }) => name === "RunTask" && tdur !== undefined);
  expect(tasks.length).toBeGreaterThan(atLeast);
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1000));
}
