import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { parseLinkInfo } from "../src/net/link-info.js";
import { skipBrowser, useBench } from "./setup.js";
import { nextTurn, say, sessionOf } from "./talk.js";

/** 16 × 8, all of one red. */
const RED =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABAAAAAICAIAAAB/FOjAAAAAE0lEQVR42mPYwKBAEmIY1UALDQDuKWgBrU8E5wAAAABJRU5ErkJggg==";
/** Begins as a picture and is none. */
const BROKEN = "data:image/png;base64,iVBORw0KGgoAAAAA";
const bench = useBench();

const boxes = (page: Page): Promise<number[][]> =>
  page
    .locator(".header .avatar, .welcome .avatar")
    .evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect()).map(({ x, y, width, height }) => [x, y, width, height]),
    );
const widths = (page: Page): Promise<number[]> =>
  page
    .locator(".avatar img")
    .evaluateAll((all) => all.map((one) => (one instanceof HTMLImageElement ? one.naturalWidth : -1)));

describe("the logo of a link", () => {
  it("is an inline image; a URL, an SVG or anything else is ignored", () => {
    const logoOf = (logo: unknown) => parseLinkInfo({ branding: { logo } }).logo;
    expect(logoOf(RED)).toBe(RED);
    for (const other of [
      "https://a.test/l.png",
      "data:image/svg+xml;base64,AAAA",
      "data:text/html,x",
      "/l.png",
      1,
      null,
    ])
      expect(logoOf(other)).toBeNull();
  });
});

describe.skipIf(skipBrowser)("the logo on the page", () => {
  it.each([
    { name: "wide" },
    { name: "narrow", width: 360 },
    { name: "dark", dark: true },
    { name: "right to left", width: 360, locale: "ar" },
  ])("stands for the agent everywhere and takes the room of the letter: $name", async (options) => {
    const page = await bench.open(options);
    await page.locator(".welcome .avatar", { hasText: "I" }).waitFor();
    const room = await boxes(page);
    bench.api().link.branding = { logo: RED };
    const made = await sessionOf(bench);
    // A page that was left before its session had arrived would begin another one.
    await expect.poll(() => made.streamCount()).toBe(1);
    await page.reload();
    await page.locator(".welcome .avatar img").waitFor();
    await expect.poll(() => boxes(page)).toEqual(room);
    await say(page, "Hi");
    const turn = await nextTurn(made);
    await page.locator(".thinking .avatar img").waitFor();
    made.finish(turn.turnId, "Hello.");
    await page.locator(".message.agent .avatar img").waitFor();
    await expect.poll(() => page.locator(".thinking").count()).toBe(0);
    // Decoded, by the policy of the page too, and never read out beside the name.
    await expect.poll(() => widths(page)).toEqual([16, 16, 16]);
    await expect.poll(() => page.getByRole("img").count()).toBe(0);
    const shown = page.locator(".header .avatar img");
    await expect
      .poll(() => shown.evaluate((it) => [getComputedStyle(it).objectFit, it.getAttribute("alt")]))
      .toEqual(["contain", ""]);
    await expect.poll(() => page.locator(".avatar").allInnerTexts()).toEqual(["", "", ""]);
  });

  it("is replaced everywhere by the initial when it cannot be decoded", async () => {
    const page = await bench.open({}, (api) => {
      api.link.branding = { logo: BROKEN };
    });
    await expect.poll(() => page.locator(".avatar").allInnerTexts()).toEqual(["I", "I"]);
    await expect.poll(() => page.locator(".avatar img, .avatar.logo").count()).toBe(0);
    (await sessionOf(bench)).greet("Hello.");
    await page.locator(".message.agent .avatar", { hasText: "I" }).waitFor();
  });

  it("is shown by the entry check too", async () => {
    const page = await bench.open({}, (api) => {
      Object.assign(api.link, { require_email: true, branding: { logo: RED } });
    });
    await page.locator(".entry .avatar img").waitFor();
    await expect.poll(() => widths(page)).toEqual([16]);
  });

  it("is not loaded from a URL, whose server would learn of every visit", async () => {
    const page = await bench.open({}, (api) => {
      api.link.branding = { logo: `${api.url}/logo.png` };
    });
    await page.locator(".welcome .avatar", { hasText: "I" }).waitFor();
    await expect.poll(() => page.locator("img").count()).toBe(0);
  });
});
