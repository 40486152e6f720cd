import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { skipBrowser } from "../setup.js";
import { galleryBench } from "./gallery.js";

const gallery = galleryBench();
const ROW = '[role="row"][aria-rowindex="2"]';
const LIMIT_MS = 100;
const MOST_TRIES = 5;

it.skipIf(skipBrowser)("scrolls 100,000 rows without a task that works for more than 100 ms", async () => {
  const page = await gallery.open("/table?many=100000");
  await page.locator(ROW).waitFor();
  expect(await shortestOf(() => longestTask(page, () => scrollAbout(page), 150))).toBeLessThanOrEqual(LIMIT_MS);
  // The last row is reached, so the rows are all there.
  await page.locator('[role="row"][tabindex="0"]').press("End");
  await expect.poll(() => page.locator('[role="row"][aria-rowindex="100001"]').count()).toBe(1);
});

it.skipIf(skipBrowser)("filters 100,000 rows without a task that works for more than 100 ms", async () => {
  const longest = async (): Promise<number> => {
    const page = await gallery.open("/table?many=100000");
    await page.getByText("100,000 rows", { exact: true }).waitFor();
    await page.getByRole("combobox", { name: "State" }).click();
    const failed = page.getByRole("option", { name: "Failed" });
    await failed.waitFor();
    const filter = async (): Promise<void> => {
      await failed.click();
      await page.getByText("33,334 rows", { exact: true }).waitFor();
    };
    return longestTask(page, filter, 1);
  };
  expect(await shortestOf(longest)).toBeLessThanOrEqual(LIMIT_MS);
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

/** What shares the processor's caches only adds time: the shortest try tells what the page needs. No more tries than suffice. */
async function shortestOf(attempt: () => Promise<number>): Promise<number> {
  let shortest = Infinity;
  for (let tries = 0; tries < MOST_TRIES && shortest > LIMIT_MS; tries += 1)
    shortest = Math.min(shortest, await attempt());
  return shortest;
}
