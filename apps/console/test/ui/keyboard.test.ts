import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { skipBrowser } from "../setup.js";
import { findingsBesidePopup, galleryBench } from "./gallery.js";

const gallery = galleryBench();
const focused = (page: Page): Promise<string> =>
  page.evaluate("document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? ''");
const ran = (page: Page): Promise<string[]> => page.evaluate("window.ran");
const EVERY_KEY = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789?/-"];

it.skipIf(skipBrowser)("keeps the focus in a dialog and gives it back when Esc closes it", async () => {
  const page = await gallery.open("/popups", { reducedMotion: true });
  await page.getByRole("button", { name: "Open dialog" }).press("Enter");
  const dialog = page.getByRole("dialog", { name: "Rename the agent" });
  await dialog.waitFor();
  for (let tab = 0; tab < 8; tab += 1) {
    await page.keyboard.press("Tab");
    await expect.poll(() => page.evaluate("document.activeElement?.closest('[role=dialog]') !== null")).toBe(true);
  }
  expect(await findingsBesidePopup(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await expect.poll(() => dialog.count()).toBe(0);
  await expect.poll(() => focused(page)).toBe("Open dialog");
});

it.skipIf(skipBrowser)("deletes only when the title was typed, and offers the milder action", async () => {
  const page = await gallery.open("/popups", { reducedMotion: true });
  await page.getByRole("button", { name: "Delete link" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete Spring campaign?" });
  const remove = dialog.getByRole("button", { name: "Delete link" });
  await expect.poll(() => remove.isDisabled()).toBe(true);
  await expect.poll(() => dialog.getByRole("button", { name: "Disable it" }).isEnabled()).toBe(true);
  await dialog.getByRole("textbox").fill("Spring campaign");
  await remove.click();
  await expect.poll(() => page.getByText("Deleted", { exact: true }).count()).toBeGreaterThan(0);
  await expect.poll(() => dialog.count()).toBe(0);
});

it.skipIf(skipBrowser)("opens, walks and closes a menu by keyboard", async () => {
  const page = await gallery.open("/popups", { reducedMotion: true });
  await page.getByRole("button", { name: "Actions of Clinic desk" }).press("Enter");
  await page.getByRole("menu").waitFor();
  expect(await findingsBesidePopup(page)).toEqual([]);
  // In a menu letters find entries; "e" is the shortcut of something else.
  await page.keyboard.press("e");
  await page.keyboard.press("c");
  await expect.poll(() => page.locator("[role=menuitem][data-highlighted]").innerText()).toBe("Copy");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.getByText("Copied", { exact: true }).count()).toBeGreaterThan(0);
  await expect.poll(() => focused(page)).toBe("Actions of Clinic desk");
  expect(await ran(page)).toEqual([]);
});

it.skipIf(skipBrowser)("finds and takes an entry of a combobox by keyboard", async () => {
  const page = await gallery.open("/forms", { reducedMotion: true });
  const field = page.getByRole("combobox", { name: "Agent" });
  await field.pressSequentially("clin");
  await expect.poll(() => page.getByRole("option").allInnerTexts()).toEqual(["Clinic desk"]);
  expect(await findingsBesidePopup(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await expect.poll(() => field.inputValue()).toBe("Clinic desk");
});

it.skipIf(skipBrowser)("puts what the server refuses at its fields, and the rest beside the button", async () => {
  const page = await gallery.open("/forms", { reducedMotion: true });
  await page.getByRole("button", { name: "Create link" }).click();
  await expect.poll(() => page.getByText("Give it a title.").count()).toBe(1);
  await page.getByRole("textbox", { name: "Title" }).fill("Spring");
  await page.getByRole("button", { name: "Create link" }).click();
  await expect.poll(() => page.getByRole("alert").first().innerText()).toBe("secret: is not known");
  const budget = page.getByRole("textbox", { name: "Budget" });
  await expect.poll(() => budget.getAttribute("aria-invalid")).toBe("true");
  const about = page.locator(`[id="${(await budget.getAttribute("aria-describedby"))?.split(" ").at(-1)}"]`);
  await expect.poll(() => about.innerText()).toBe("must be at most 3");
});

it.skipIf(skipBrowser)("runs no shortcut while somebody writes, whatever the letter and the field", async () => {
  const page = await gallery.open("/forms", { reducedMotion: true });
  const fields = page.locator("form :is(input:not([type=file], [type=date], [type=radio], [type=checkbox]), textarea)");
  const count = await fields.count();
  expect(count).toBeGreaterThanOrEqual(4);
  for (let at = 0; at < count; at += 1) {
    await fields.nth(at).focus();
    for (const key of EVERY_KEY) await page.keyboard.press(key);
    await page.keyboard.press("Escape");
  }
  await page.goto(new URL("/code", page.url()).href);
  await page.locator(".cm-content").first().click();
  for (const key of EVERY_KEY) await page.keyboard.press(key);
  expect(await ran(page)).toEqual([]);
  expect(await page.getByRole("dialog").count()).toBe(0);
});

it.skipIf(skipBrowser)("runs single letters and sequences elsewhere, and not when they are switched off", async () => {
  const page = await gallery.open("/popups", { reducedMotion: true });
  await page.getByRole("heading", { name: "Popups" }).waitFor();
  for (const key of ["e", "g", "i", "g", "x", "i", "Control+s"]) await page.keyboard.press(key);
  await expect.poll(() => ran(page)).toEqual(["archive", "go.inbox", "save"]);
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect.poll(() => sheet.getByText("Go to the inbox").count()).toBe(1);
  expect(await findingsBesidePopup(page)).toEqual([]);
  await sheet.getByRole("switch", { name: "Single letters" }).click();
  await page.keyboard.press("Escape");
  await expect.poll(() => sheet.count()).toBe(0);
  for (const key of ["e", "?", "Control+s"]) await page.keyboard.press(key);
  await expect.poll(() => ran(page)).toEqual(["archive", "go.inbox", "save", "save"]);
  await page.reload();
  await page.getByRole("heading", { name: "Popups" }).waitFor();
  for (const key of ["e", "Control+s"]) await page.keyboard.press(key);
  await expect.poll(() => ran(page)).toEqual(["save"]);
});

it.skipIf(skipBrowser)("finds commands and what the server finds in the palette", async () => {
  const page = await gallery.open("/forms", { reducedMotion: true });
  await page.getByRole("textbox", { name: "Title" }).focus();
  await page.keyboard.press("Control+k");
  const field = page.getByPlaceholder("Type a page");
  await field.waitFor();
  await page.keyboard.type("start");
  await expect.poll(() => page.getByRole("option").first().innerText()).toContain("Overview");
  await expect.poll(() => page.getByRole("option").allInnerTexts()).toHaveLength(2);
  expect(await findingsBesidePopup(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await expect.poll(() => ran(page)).toEqual(["overview"]);
  await expect.poll(() => field.count()).toBe(0);
});
