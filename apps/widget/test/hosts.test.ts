import { describe, expect, it } from "vitest";
import { heardBy, say } from "./panel-page.js";
import {
  type Backend,
  type HostPage,
  LINK,
  OPEN_SHADOW,
  type Opened,
  panelOf,
  plain,
  screenshot,
  useHosts,
} from "./setup.js";

const hosts = useHosts();

/** What the documentation asks a site with a strict policy to add: two directives with the server's origin. */
const strict =
  (more: Record<string, string> = {}) =>
  (backend: Backend): HostPage => ({
    ...plain()(backend),
    headers: {
      "content-security-policy": `default-src 'none'; script-src ${backend.url}; frame-src ${backend.url}`,
      ...more,
    },
  });
const trustedTypes = (backend: Backend): HostPage => ({
  ...plain()(backend),
  headers: {
    "content-security-policy": `default-src 'self'; script-src ${backend.url}; frame-src ${backend.url}; require-trusted-types-for 'script'; trusted-types 'none'`,
  },
});
const hostile = (backend: Backend): HostPage => {
  const { html } = plain()(backend);
  const css = `*, *::before, *::after { all: unset !important }
    div { display: none !important; visibility: hidden !important; opacity: 0 !important; transform: scale(0) !important; filter: blur(9px) !important }`;
  return { html: html.replace("</head>", `<style>${css}</style></head>`) };
};

/** How the element of the widget is drawn, whatever the page says of it. */
const LOOK = `(({ opacity, transform, filter, pointerEvents }) => [opacity, transform, filter, pointerEvents])(
  getComputedStyle(document.documentElement.lastElementChild))`;
const boxOf = (opened: Opened, selector: string) => opened.page.locator(selector).boundingBox();

describe("host pages of another site", () => {
  it.each([
    ["plain", plain()],
    ["with a strict content security policy", strict()],
    ["with Trusted Types", trustedTypes],
    [
      "isolated",
      strict({ "cross-origin-embedder-policy": "require-corp", "cross-origin-opener-policy": "same-origin" }),
    ],
    ["with hostile styles", hostile],
  ])("%s: launcher, panel, an answer, closed again, and not one violation", async (name, host) => {
    const opened = await hosts.open(host, { initScript: OPEN_SHADOW });
    const { page } = opened;
    const launcher = page.getByRole("button", { name: "Open chat" });
    expect(await boxOf(opened, ".launcher")).toMatchObject({ width: 56, height: 56, x: 1100 - 76, y: 800 - 76 });
    await launcher.click();
    const panel = await panelOf(opened);
    await expect.poll(() => heardBy(panel)).toContainEqual({ type: "open", focus: true });
    await expect.poll(() => page.evaluate(LOOK)).toEqual(["1", "none", "none", "auto"]);
    expect(await boxOf(opened, ".panel")).toMatchObject({ width: 400, height: 680, x: 1100 - 420 });
    await screenshot(page, `host ${name}`);
    await say(panel, { type: "close_request" });
    await launcher.waitFor();
    await expect.poll(() => heardBy(panel)).toContainEqual({ type: "close" });
    await expect.poll(() => page.locator(".panel").isVisible()).toBe(false);
    expect(opened.trouble).toEqual([]);
  });

  it("sends the port only to the page of the server, with the origin of the host page", async () => {
    const opened = await hosts.open(plain(), { initScript: OPEN_SHADOW });
    await opened.page.getByRole("button", { name: "Open chat" }).hover();
    const panel = await panelOf(opened);
    const { origin } = new URL(opened.page.url());
    await expect
      .poll(() => panel.evaluate("window.connect"))
      .toEqual({
        origin,
        data: { parley: 1, type: "connect", origin },
      });
    expect(panel.url()).toContain(`/public/chat/${LINK}?frame=widget&lang=en&theme=auto`);
  });
});
