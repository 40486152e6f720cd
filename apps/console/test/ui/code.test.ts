import { expect, it } from "vitest";
import { axeFindings, skipBrowser } from "../setup.js";
import { galleryBench } from "./gallery.js";

const gallery = galleryBench();

it.skipIf(skipBrowser)(
  "edits under the policy: styled, completing, with findings, and left by Esc and Tab",
  async () => {
    const page = await gallery.open("/code");
    const text = page.getByRole("textbox", { name: "Agent document" });
    await text.click();
    // The editor's style sheet is constructed: without it the lines would not be in a monospaced font.
    const font = await text.evaluate((element) => getComputedStyle(element).fontFamily);
    expect(font).toContain("mono");
    expect(await page.evaluate("document.querySelectorAll('style').length")).toBe(0);
    await expect.poll(() => page.locator(".cm-lintRange-error").count()).toBe(1);
    await page.keyboard.press("Control+End");
    await page.keyboard.type("w");
    await page.keyboard.press("Control+Space");
    await expect.poll(() => page.locator(".cm-completionLabel").allInnerTexts()).toContain("workflow");
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    await expect.poll(() => page.locator("output").innerText()).toBe("97");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    await expect.poll(() => text.evaluate((element) => element.matches(":focus"))).toBe(false);
  },
);

it.skipIf(skipBrowser)("shows two texts beside each other, and in one where there is no room", async () => {
  const page = await gallery.open("/code", { width: 1280 });
  await expect
    .poll(() => page.locator(".cm-mergeView .cm-changedText").allInnerTexts())
    .toEqual(["Hello", "Good morning"]);
  await page.setViewportSize({ width: 360, height: 800 });
  await page.reload();
  await expect.poll(() => page.locator(".cm-deletedChunk").count()).toBe(1);
});
