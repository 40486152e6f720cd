import { axeFindings } from "@parley/web-kit/testing";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { heardBy, say } from "./panel-page.js";
import { LINK, OPEN_SHADOW, type Opened, panelOf, plain, screenshot, useHosts } from "./setup.js";

const hosts = useHosts();
const phone = { width: 360, height: 640, initScript: OPEN_SHADOW };
/** What has the focus: of the host page by its id, of the widget by its class, of the panel by its id. */
async function focus({ page }: Opened): Promise<string> {
  const inHost = await page.evaluate<string>(
    `(() => { const own = document.activeElement; const inner = own.shadowRoot?.activeElement;
      return inner ? inner.className.split(" ")[0] : own.id || own.tagName; })()`,
  );
  if (inHost !== "frame") return inHost;
  const panel = page.frames().at(-1);
  return `panel ${await panel?.evaluate("document.activeElement.id || document.activeElement.tagName")}`;
}

describe("keyboard", () => {
  it("opens, types, closes with Escape and returns the focus to the launcher", async () => {
    const opened = await hosts.open(plain(), { initScript: OPEN_SHADOW });
    const { page } = opened;
    await page.locator("#first").focus();
    await page.keyboard.press("Tab");
    expect(await focus(opened)).toBe("launcher");
    const panel = await panelOf(opened);
    await page.keyboard.press("Enter");
    await expect.poll(() => focus(opened)).toBe("panel field");
    await page.keyboard.type("Hello");
    await expect.poll(() => panel.locator("#field").inputValue()).toBe("Hello");
    await page.keyboard.press("Escape");
    await expect.poll(() => focus(opened)).toBe("launcher");
    await expect.poll(() => page.locator(".panel").isVisible()).toBe(false);
  });

  it("returns the focus to the button of the host page that opened it", async () => {
    const opened = await hosts.open(plain(undefined, `<button id="ask" data-parley-open>Ask us</button>`), {
      initScript: OPEN_SHADOW,
    });
    await opened.page.locator("#ask").focus();
    await opened.page.keyboard.press("Enter");
    await panelOf(opened);
    await expect.poll(() => focus(opened)).toBe("panel field");
    await opened.page.keyboard.press("Escape");
    await expect.poll(() => focus(opened)).toBe("ask");
  });

  it("traps the focus only while the panel covers the page", async () => {
    const opened = await hosts.open(plain(), phone);
    const { page } = opened;
    await page.evaluate("chatWidget.openChat()");
    await panelOf(opened);
    await expect.poll(() => focus(opened)).toBe("panel field");
    const walk: string[] = [];
    for (let step = 0; step < 4; step += 1) {
      await page.keyboard.press("Tab");
      walk.push(await focus(opened));
    }
    expect(walk.filter((name) => !name.startsWith("panel"))).toEqual([]);
    await expect.poll(() => page.locator(".panel").getAttribute("aria-modal")).toBe("true");
    await page.setViewportSize({ width: 1100, height: 640 });
    await expect.poll(() => page.locator(".stop").first().isVisible()).toBe(false);
  });

  it("does not take the focus for a panel that opens by itself", async () => {
    const opened = await hosts.open(plain(`data-link="${LINK}" data-auto-open`), { initScript: OPEN_SHADOW });
    await panelOf(opened);
    await expect.poll(() => opened.page.locator(".panel").isVisible()).toBe(true);
    expect(await focus(opened)).toBe("BODY");
  });
});

describe("screens", () => {
  it("covers a window under 480 px and follows the area that a keyboard leaves", async () => {
    const opened = await hosts.open(plain(), {
      ...phone,
      initScript: `${OPEN_SHADOW} if (window === top) { const view = new EventTarget(); Object.assign(view, { height: 640, offsetTop: 0, scale: 1 });
        Object.defineProperty(window, "visualViewport", { value: view }); }`,
    });
    const { page } = opened;
    const box = () => page.locator(".panel").boundingBox();
    await page.evaluate("chatWidget.openChat()");
    const panel = await panelOf(opened);
    await expect.poll(box).toEqual({ x: 0, y: 0, width: 360, height: 640 });
    await expect.poll(() => page.locator(".launcher").isVisible()).toBe(false);
    await screenshot(page, "full screen");
    const shrink = (height: number, offsetTop: number, scale = 1) =>
      page.evaluate(
        `Object.assign(visualViewport, ${JSON.stringify({ height, offsetTop, scale })}); visualViewport.dispatchEvent(new Event("resize"))`,
      );
    await shrink(300, 40);
    expect(await box()).toEqual({ x: 0, y: 40, width: 360, height: 300 });
    await expect
      .poll(async () => (await heardBy(panel)).at(-1))
      .toEqual({ type: "viewport", height: 300, offset_top: 0 });
    await shrink(150, 100, 2);
    expect(await box()).toEqual({ x: 0, y: 40, width: 360, height: 300 });
    await say(panel, { type: "close_request" });
    await page.locator(".launcher").waitFor();
    await screenshot(page, "phone closed");
  });

  it.each(["ar", "he"])("speaks %s, stands on the left and reads from the right", async (lang) => {
    const html = plain(`data-link="${LINK}" data-teaser="مرحبا"`);
    const opened = await hosts.open(
      (backend) => ({ html: html(backend).html.replace('lang="en"', `lang="${lang}" dir="rtl"`) }),
      {
        initScript: OPEN_SHADOW,
      },
    );
    const { page } = opened;
    await expect.poll(() => page.locator(".launcher").boundingBox()).toMatchObject({ x: 20 });
    await expect
      .poll(() => page.locator(".launcher").getAttribute("aria-label"))
      .toBe(lang === "ar" ? "فتح الدردشة" : "פתיחת הצ׳אט");
    await screenshot(page, `rtl ${lang}`);
    await page.locator(".launcher").click();
    expect((await panelOf(opened)).url()).toContain(`lang=${lang}`);
  });

  it("shows the teaser beside the launcher until it is dismissed or accepted", async () => {
    const opened = await hosts.open(plain(`data-link="${LINK}" data-teaser="Questions? We answer in a minute."`), {
      initScript: OPEN_SHADOW,
      dark: true,
    });
    const { page } = opened;
    await screenshot(page, "teaser dark");
    for (const target of await page.locator(".teaser button").all()) {
      const size = await target.boundingBox();
      expect(Math.min(size?.width ?? 0, size?.height ?? 0)).toBeGreaterThanOrEqual(44);
    }
    expect(opened.backend.asked).toEqual(["/widget.js"]);
    await page.getByRole("button", { name: "Close chat" }).click();
    await expect.poll(() => page.locator(".teaser").count()).toBe(0);
  });
});

describe("axe-core", () => {
  const closed = async (_page: Page): Promise<void> => undefined;
  const opened = (page: Page) => page.evaluate("chatWidget.openChat()").then(() => undefined);
  it.each([
    ["closed, with a teaser", closed, {}],
    ["open", opened, {}],
    ["open on a phone, dark", opened, { width: 360, height: 640, dark: true }],
    ["closed, with forced colours", closed, { forcedColors: true }],
  ] as const)("finds nothing: %s", async (name, prepare, options) => {
    const shown = await hosts.open(plain(`data-link="${LINK}" data-teaser="Questions?"`), {
      ...options,
      initScript: OPEN_SHADOW,
    });
    await prepare(shown.page);
    if (prepare === opened) await panelOf(shown);
    await screenshot(shown.page, `axe ${name}`);
    expect(await axeFindings(shown.page)).toEqual([]);
  });
});
