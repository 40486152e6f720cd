import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { say } from "./panel-page.js";
import { type Backend, type HostPage, OPEN_SHADOW, panelOf, plain, screenshot, useHosts } from "./setup.js";

const hosts = useHosts();
/** Time passes at once for whoever waits for a second or more. */
const HASTE = `if (window === top) { const wait = window.setTimeout; window.setTimeout = (run, ms, ...rest) => wait(run, ms >= 1000 ? 300 : ms, ...rest); }`;
const sentence = (page: Page) => page.getByText("The chat is not available here.");
const ours = (trouble: string[]): string[] => trouble.filter((line) => line.startsWith("[chat]"));

describe("a refusal explains itself", () => {
  it("to the visitor in one sentence, to the developer in one line, to the owner by the question: a site the link does not list", async () => {
    const opened = await hosts.open(plain(), {
      initScript: OPEN_SHADOW + HASTE,
      prepare: (backend) => {
        backend.framers = "'self'";
        backend.embed = { status: 200, body: { allowed: false, code: "origin_not_allowed" } };
      },
    });
    const { page, backend } = opened;
    await page.evaluate("chatWidget.on('error', (detail) => (window.told = detail))");
    await page.locator(".launcher").click();
    await sentence(page).waitFor();
    await screenshot(page, "refused site");
    // Chrome loads what failed again by itself; HASTE makes the silence after it 300 ms long.
    await page.locator("iframe").dispatchEvent("load");
    await page.waitForTimeout(600);
    const docs = `${backend.url}/static/demo.html#origin_not_allowed`;
    expect(ours(opened.trouble)).toEqual([`[chat] no chat (origin_not_allowed): ${docs}`]);
    await expect.poll(() => page.evaluate("window.told")).toMatchObject({ code: "origin_not_allowed", docs });
    expect(backend.questions).toEqual([{ origin: new URL(page.url()).origin }]);
    // Once the owner has added the site, the button brings the chat.
    backend.framers = null;
    await page.getByRole("button", { name: "Open chat" }).last().click();
    await panelOf(opened);
    await expect.poll(() => sentence(page).isVisible()).toBe(false);
  });

  it.each([
    ["the server says no link", { status: 404, body: { code: "link_unavailable" } }, "link_unavailable"],
    ["the server cannot be asked", null, "unreachable"],
    ["the server finds nothing wrong", { status: 200, body: { allowed: true, code: null } }, "no_answer"],
  ])("never with an empty frame: %s", async (_name, embed, code) => {
    const opened = await hosts.open(plain(), {
      initScript: OPEN_SHADOW + HASTE,
      prepare: (backend) => {
        backend.framers = "'none'";
        backend.embed = embed;
      },
    });
    await opened.page.locator(".launcher").click();
    await sentence(opened.page).waitFor();
    expect(ours(opened.trouble).join()).toContain(`(${code})`);
  });

  it("when the policy of the host page lacks frame-src", async () => {
    const host = (backend: Backend): HostPage => ({
      ...plain()(backend),
      headers: { "content-security-policy": `default-src 'none'; script-src ${backend.url}` },
    });
    const opened = await hosts.open(host, { initScript: OPEN_SHADOW + HASTE });
    await opened.page.locator(".launcher").click();
    await sentence(opened.page).waitFor();
    expect(ours(opened.trouble).join()).toContain("(unreachable)");
  });

  it("when no link was given", async () => {
    const opened = await hosts.open(plain(""));
    await opened.page.evaluate("new ChatWidget()");
    expect(opened.trouble.join()).toContain("(link_missing)");
  });

  it("with what the panel itself was refused", async () => {
    const opened = await hosts.open(plain());
    await opened.page.evaluate("chatWidget.openChat()");
    const panel = await panelOf(opened);
    await say(panel, { type: "error", code: "identity_expired", message: "The identity has expired." });
    const docs = `${opened.backend.url}/static/demo.html#identity_expired`;
    await expect
      .poll(() => ours(opened.trouble))
      .toEqual([`[chat] The identity has expired. (identity_expired): ${docs}`]);
  });
});
