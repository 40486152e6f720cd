import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { heardBy, say } from "./panel-page.js";
import { bare, LINK, OPEN_SHADOW, panelOf, plain, quiet, run, useHosts } from "./setup.js";

const hosts = useHosts();
const MAX_BYTES = 8_000;

/** Sums up the shifts of the layout. */
const MEASURE = `window.shift = 0;
new PerformanceObserver((list) => { for (const { value } of list.getEntries()) shift += value; }).observe({ type: "layout-shift", buffered: true });`;

describe("footprint", () => {
  it("is one file of at most 8 kB, compressed", () => {
    expect(gzipSync(hosts.script(), { level: 9 }).length).toBeLessThanOrEqual(MAX_BYTES);
  });

  it("requests one file and stores nothing at first; the pointer loads the panel, which stores nothing either", async () => {
    const opened = await hosts.open(plain(), { initScript: OPEN_SHADOW });
    const { page, context, backend } = opened;
    await quiet(page);
    expect(backend.asked).toEqual(["/widget.js"]);
    await page.locator(".launcher").hover();
    await panelOf(opened);
    expect(backend.asked.slice(1)).toEqual([`/public/chat/${LINK}`, "/panel.js"]);
    expect(await context.cookies()).toEqual([]);
    await expect
      .poll(() => run(page, "[localStorage.length, sessionStorage.length, document.cookie]"))
      .toEqual([0, 0, ""]);
    expect(await run(page, "indexedDB.databases().then((all) => all.length)")).toBe(0);
  });

  it("adds two globals to the page, and shifts no layout, even while it is opened", async () => {
    const names = `Object.getOwnPropertyNames(window)`;
    const before = await (await hosts.open(bare)).page.evaluate<string[]>(names);
    const { page } = await hosts.open(plain(), { initScript: MEASURE });
    await quiet(page);
    const after = await page.evaluate<string[]>(names);
    expect(after.filter((name) => !before.includes(name) && name !== "shift").toSorted()).toEqual([
      "ChatWidget",
      "chatWidget",
    ]);
    await run(page, "chatWidget.openChat()");
    await expect.poll(() => page.frames().length).toBe(2);
    await quiet(page);
    await expect.poll(() => run(page, "shift")).toBe(0);
  });

  it("checks for unread messages at once after an earlier conversation, and shows their number", async () => {
    const opened = await hosts.open(plain(), {
      initScript: `${OPEN_SHADOW} if (window === top) localStorage.setItem("parley:abcdefghijkl", "sealed")`,
    });
    const panel = await panelOf(opened);
    await expect.poll(() => heardBy(panel)).toEqual([{ type: "resume", handle: "sealed" }]);
    await say(panel, { type: "unread", count: 12 });
    await opened.page.getByRole("button", { name: "Open chat (Unread: 12)" }).waitFor();
    await expect.poll(() => opened.page.locator(".badge").textContent()).toBe("9+");
    await expect.poll(() => opened.page.getByRole("status").textContent()).toBe("Unread: 12");
    await opened.page.locator(".launcher").click();
    await expect.poll(() => opened.page.locator(".badge").isVisible()).toBe(false);
  });

  it("works where the host page's storage throws", async () => {
    const blocked = `Object.defineProperty(window, "localStorage", { get() { throw new DOMException("denied", "SecurityError"); } });`;
    const opened = await hosts.open(plain(), { initScript: `${OPEN_SHADOW} if (window === top) { ${blocked} }` });
    await opened.page.locator(".launcher").click();
    const panel = await panelOf(opened);
    await say(panel, { type: "resume", handle: "sealed" });
    await expect.poll(() => heardBy(panel)).toEqual([{ type: "open", focus: true }]);
    expect(opened.trouble).toEqual([]);
  });
});

/** Everything that a script of the host page could try to come near the conversation. */
const SPY = `(() => {
  const host = document.documentElement.lastElementChild;
  const frame = host.shadowRoot?.querySelector("iframe").contentWindow ?? window.frames[0];
  const attempts = { document: () => frame.document.body.textContent, storage: () => frame.localStorage.length, port: () => frame.port,
    cookies: () => frame.document.cookie, address: () => frame.location.href };
  return Object.entries(attempts).map(([what, read]) => {
    try { return [what, read()]; } catch (error) { return [what, error.name]; }
  });
})()`;

describe("a script of the host page", () => {
  it.each([
    ["finds no frame", "", "TypeError"],
    ["that opened the shadow root beforehand finds a frame of another origin", OPEN_SHADOW, "SecurityError"],
  ])("%s: no document, storage, port or address, and no word in an event", async (_name, initScript, error) => {
    const opened = await hosts.open(plain(), { initScript });
    const { page } = opened;
    await run(
      page,
      `window.heard = []; for (const name of ["message", "unread"]) chatWidget.on(name, (detail) => heard.push(detail));
       addEventListener("message", ({ data }) => heard.push(["window", data])); chatWidget.openChat()`,
    );
    const panel = await panelOf(opened);
    await panel.evaluate(`localStorage.setItem("session", "ps_secret"); document.body.append("words of the visitor")`);
    const envelope = { id: "m1", sender_type: "agent", timestamp: "2026-11-22T10:30:00Z", conversation_id: "text_1" };
    await say(panel, { type: "message", ...envelope, content: "words of the agent", token: "ps_secret" });
    await expect.poll(() => run(page, "heard")).toEqual([envelope]);
    const attempts = ["document", "storage", "port", "cookies", "address"];
    await expect.poll(() => run(page, SPY)).toEqual(attempts.map((what) => [what, error]));
    await expect.poll(() => run(page, "Object.values(localStorage).join()")).toBe("1");
  });

  it("in a third frame cannot impersonate either end", async () => {
    const third = `<iframe name="third" srcdoc="<p>Third</p>"></iframe>`;
    const opened = await hosts.open(plain(undefined, third), { initScript: OPEN_SHADOW });
    const { page } = opened;
    await run(page, "window.heard = []; chatWidget.on('close', () => heard.push('close')); chatWidget.openChat()");
    const panel = await panelOf(opened);
    await expect.poll(() => heardBy(panel)).toHaveLength(1);
    // To the panel a handshake of its own, to the host what only the panel may say.
    await page.frame({ name: "third" })?.evaluate(`(() => {
      const frame = parent.document.documentElement.lastElementChild.shadowRoot.querySelector("iframe").contentWindow;
      const { port1, port2 } = new MessageChannel();
      port1.postMessage({ type: "send", text: "not the visitor" });
      frame.postMessage({ parley: 1, type: "connect", origin: "https://evil.example" }, "*", [port2]);
      frame.postMessage("mark", "*");
      parent.postMessage({ type: "close_request" }, "*");
      parent.postMessage("mark", "*");
    })()`);
    for (const frame of [panel, page.mainFrame()]) await frame.waitForFunction("window.marked === true");
    await expect.poll(() => heardBy(panel)).toHaveLength(1);
    await expect.poll(() => run(page, "[heard.length, chatWidget.isOpen]")).toEqual([0, true]);
  });
});
