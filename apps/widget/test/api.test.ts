import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { heardBy, say } from "./panel-page.js";
import { LINK, OPEN_SHADOW, type Opened, panelOf, plain, useHosts } from "./setup.js";

const hosts = useHosts();
const OTHER = LINK.replace("abcdefghijkl", "mnopqrstuvwx");

const run = (page: Page, script: string): Promise<unknown> => page.evaluate(script);
const open = (attributes?: string, more?: string, initScript = OPEN_SHADOW): Promise<Opened> =>
  hosts.open(plain(attributes, more), { initScript });
const panelVisible = (page: Page): Promise<boolean> => page.locator(".panel").first().isVisible();
/** Keeps what the widget emits, in order. */
const RECORD = `window.told = []; for (const event of ["ready","message","escalation","open","close","unread","status","error","typing"])
  chatWidget.on(event, (detail) => told.push([event, detail]));`;
const told = (page: Page) => page.evaluate<[string, unknown][]>("window.told");

describe("methods", () => {
  it.each([
    ['prefill("Where is it?")', { type: "prefill", text: "Where is it?" }],
    ['sendMessage("Hello support!")', { type: "send", text: "Hello support!" }],
    ["newConversation()", { type: "new_conversation" }],
    ['escalateConversation("complex_query")', { type: "escalate", reason: "complex_query" }],
    ['escalateConversation("sad", { stars: 1 })', { type: "escalate", reason: "sad", metadata: { stars: 1 } }],
    ["openChat()", { type: "open", focus: true }],
  ])(
    "%s makes the panel and tells it so, from the page and from the queue before the script",
    async (call, message) => {
      const opened = await open();
      await run(opened.page, `chatWidget.${call}`);
      const panel = await panelOf(opened);
      await expect.poll(() => heardBy(panel)).toEqual([message]);

      const [method, given = ""] = call.slice(0, -1).split("(");
      const queue = `window.chatWidget = window.chatWidget || []; window.chatWidget.push([${JSON.stringify(method)}, ${given}]);`;
      const queued = await open(undefined, undefined, `${OPEN_SHADOW} if (window === top) { ${queue} }`);
      const early = await panelOf(queued);
      await expect.poll(() => heardBy(early)).toEqual([message]);
    },
  );

  it("identify and setContext reach an open panel, and one opened later", async () => {
    const opened = await open();
    await run(opened.page, `chatWidget.identify("ey.j.wt"); chatWidget.setContext({ cart: 3 })`);
    expect(opened.page.frames()).toHaveLength(1);
    await run(opened.page, "chatWidget.openChat()");
    const panel = await panelOf(opened);
    const first = [
      { type: "identify", identity: "ey.j.wt" },
      { type: "context", data: { cart: 3 } },
      { type: "open", focus: true },
    ];
    await expect.poll(() => heardBy(panel)).toEqual(first);
    await run(opened.page, `chatWidget.setContext({ cart: 4 }); chatWidget.identify("new.j.wt")`);
    const later = [
      { type: "context", data: { cart: 4 } },
      { type: "identify", identity: "new.j.wt" },
    ];
    await expect.poll(() => heardBy(panel)).toEqual([...first, ...later]);
    // A frame that loads again is told again.
    await panel.evaluate("location.reload()");
    await expect
      .poll(async () => heardBy(await panelOf(opened)))
      .toEqual([
        { type: "identify", identity: "new.j.wt" },
        { type: "context", data: { cart: 4 } },
        { type: "open", focus: false },
      ]);
  });

  it("openChat, closeChat and toggle show and hide the panel, with one event each", async () => {
    const { page } = await open();
    await run(page, RECORD);
    await run(page, "chatWidget.openChat(); chatWidget.openChat()");
    await expect.poll(() => panelVisible(page)).toBe(true);
    await run(page, "chatWidget.closeChat(); chatWidget.closeChat()");
    await expect.poll(() => panelVisible(page)).toBe(false);
    await run(page, "chatWidget.toggle()");
    await expect.poll(() => panelVisible(page)).toBe(true);
    await run(page, "chatWidget.toggle()");
    await expect.poll(() => panelVisible(page)).toBe(false);
    const opens = (await told(page)).map(([event]) => event).filter((event) => event === "open" || event === "close");
    expect(opens).toEqual(["open", "close", "open", "close"]);
  });

  it("hide removes the launcher and closes the panel; show restores it", async () => {
    const { page } = await open();
    await run(page, "chatWidget.openChat(); chatWidget.hide()");
    await expect
      .poll(async () => [await page.locator(".launcher").isVisible(), await panelVisible(page)])
      .toEqual([false, false]);
    await run(page, "chatWidget.show()");
    await expect.poll(() => page.locator(".launcher").isVisible()).toBe(true);
  });

  it("destroy removes everything from the page; another one can be created", async () => {
    const { page } = await open();
    await run(page, "window.old = chatWidget; chatWidget.openChat(); chatWidget.destroy()");
    await expect.poll(async () => [await page.locator(".launcher").count(), page.frames().length]).toEqual([0, 1]);
    await expect.poll(() => run(page, "window.chatWidget === undefined && !old.isConnected")).toBe(true);
    await run(page, `new ChatWidget({ link: "${LINK}", backendUrl: document.scripts[0].src }).openChat()`);
    await expect.poll(() => panelVisible(page)).toBe(true);
  });

  it("shutdown makes panel and page forget the visitor", async () => {
    const opened = await open();
    const { page } = opened;
    await run(page, `chatWidget.identify("ey.j.wt"); chatWidget.openChat()`);
    const panel = await panelOf(opened);
    await say(panel, { type: "resume", handle: "sealed" });
    await expect.poll(() => run(page, "Object.entries(localStorage).join()")).toBe("parley:abcdefghijkl,sealed");
    await run(page, "chatWidget.shutdown()");
    await expect.poll(() => heardBy(panel)).toContainEqual({ type: "shutdown" });
    await expect.poll(() => run(page, "localStorage.length")).toBe(0);
    await expect.poll(() => page.frames().length).toBe(1);
    await run(page, "chatWidget.openChat()");
    const afterwards = await panelOf(opened);
    await expect.poll(() => heardBy(afterwards)).toEqual([{ type: "open", focus: true }]);
  });
});

describe("events", () => {
  it("report the panel's events, never more of a message than its envelope", async () => {
    const opened = await open();
    const { page } = opened;
    await run(page, RECORD);
    await run(page, `addEventListener("parley:message", ({ detail }) => (window.dom = detail))`);
    await run(page, "chatWidget.openChat({ focus: false })");
    const panel = await panelOf(opened);
    await expect.poll(async () => (await told(page)).map(([event]) => event)).toEqual(["ready", "open"]);
    const envelope = { id: "m1", sender_type: "agent", timestamp: "2026-11-22T10:30:00Z", conversation_id: "text_1" };
    await say(panel, { type: "status", status: "online", transport: "websocket" });
    await say(panel, { type: "message", ...envelope, content: "a secret" });
    await say(panel, { type: "escalation", status: "waiting", since: "2026-11-22T10:31:00Z" });
    await say(panel, { type: "unread", count: 2 });
    await say(panel, { type: "typing", sender_type: "operator" });
    await say(panel, { type: "message", id: 7 });
    await say(panel, { type: "eval", script: "alert(1)" });
    await say(panel, { type: "status", status: "offline", transport: null });
    await expect
      .poll(async () => (await told(page)).slice(2))
      .toEqual([
        ["status", { status: "online", transport: "websocket" }],
        ["message", envelope],
        ["escalation", { status: "waiting", since: "2026-11-22T10:31:00Z" }],
        ["unread", { count: 2 }],
        ["typing", { sender_type: "operator" }],
        ["status", { status: "offline", transport: null }],
      ]);
    await expect.poll(() => run(page, "window.dom")).toEqual(envelope);
  });

  it("off ends them, a listener that throws stops no other, and isConnected follows the status", async () => {
    const opened = await open();
    const { page } = opened;
    await run(
      page,
      `window.seen = []; const gone = () => seen.push("gone");
       chatWidget.on("status", gone).off("status", gone).on("status", () => { throw new Error("of the page"); });
       chatWidget.on("status", ({ status }) => seen.push(status)); chatWidget.openChat()`,
    );
    const panel = await panelOf(opened);
    await expect.poll(() => run(page, "chatWidget.isConnected")).toBe(false);
    await say(panel, { type: "status", status: "online", transport: "sse" });
    await expect.poll(() => run(page, "[...seen, chatWidget.isConnected]")).toEqual(["online", true]);
    expect(opened.trouble.filter((line) => line !== "of the page")).toEqual([]);
  });
});

describe("ways to create one", () => {
  it("the examples of the reference run unchanged, beside the script tag, and create one launcher", async () => {
    const opened = await open();
    const { page } = opened;
    await page.addScriptTag({
      content: `
const chatWidget = new ChatWidget({ backendUrl: '${opened.backend.url.replace("http", "ws")}', theme: 'dark', position: 'bottom-left', autoOpen: false });
chatWidget.on('message', (message) => { console.log('New message:', message); });
chatWidget.on('escalation', (escalation) => { console.log('Conversation escalated:', escalation); });
chatWidget.openChat(); chatWidget.closeChat();
chatWidget.sendMessage("Hello support!");
chatWidget.escalateConversation("complex_query");
console.log(chatWidget.isConnected);`,
    });
    const panel = await panelOf(opened);
    await expect
      .poll(() => heardBy(panel))
      .toEqual([
        { type: "send", text: "Hello support!" },
        { type: "escalate", reason: "complex_query" },
      ]);
    expect(panel.url()).toContain("theme=dark");
    await expect.poll(() => page.locator(".launcher").count()).toBe(1);
    await expect.poll(() => page.locator(".launcher").boundingBox()).toMatchObject({ x: 20 });
    expect(opened.trouble).toEqual([]);
  });

  it("the element creates its own, inline, and removes it with itself", async () => {
    const opened = await open(
      "",
      `<div style="height: 500px; width: 300px"><chat-widget link="${LINK}" mode="inline"></chat-widget></div>`,
    );
    const { page } = opened;
    const panel = await panelOf(opened);
    await expect.poll(() => heardBy(panel)).toEqual([{ type: "open", focus: false }]);
    await expect.poll(() => page.locator(".panel").boundingBox()).toMatchObject({ width: 300, height: 500 });
    await expect.poll(() => page.locator(".launcher").count()).toBe(0);
    await run(page, `document.querySelector("chat-widget").remove()`);
    await expect.poll(() => page.frames().length).toBe(1);
  });

  it("an inline chat further down loads when it is near, and mode page covers the window", async () => {
    const far = `<div style="height: 4000px"></div><div id="here"></div>`;
    const opened = await open(`data-link="${LINK}" data-mode="inline" data-target="#here"`, far);
    await run(opened.page, "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))");
    expect(opened.backend.asked).toEqual(["/widget.js"]);
    await opened.page.locator("#here").scrollIntoViewIfNeeded();
    await panelOf(opened);
    const whole = await open(`data-link="${LINK}" data-mode="page"`);
    await panelOf(whole);
    await expect
      .poll(() => whole.page.locator(".panel").boundingBox())
      .toEqual({ x: 0, y: 0, width: 1100, height: 800 });
  });

  it("two script tags make two widgets above each other, told apart by name; the same tag again makes none", async () => {
    const opened = await open(`data-link="${LINK}" data-name="help"`);
    const { page, backend } = opened;
    const again = (attributes: string) =>
      run(
        page,
        `new Promise((resolve) => { const tag = document.createElement("script"); tag.onload = resolve;
          Object.assign(tag.dataset, ${attributes}); tag.src = "${backend.url}/widget.js"; document.head.append(tag); })`,
      );
    await again(`{ link: "${OTHER}", name: "sales" }`);
    await again(`{ link: "${LINK}", name: "help" }`);
    await expect.poll(() => page.locator(".launcher").count()).toBe(2);
    const [first, second] = await page.locator(".launcher").all();
    await expect.poll(() => first?.boundingBox()).toMatchObject({ y: 724 });
    await expect.poll(() => second?.boundingBox()).toMatchObject({ y: 656 });
    await run(page, `ChatWidget.get("sales").openChat()`);
    expect((await panelOf(opened)).url()).toContain(OTHER);
    await expect.poll(() => run(page, `ChatWidget.get("help") === chatWidget && !chatWidget.isOpen`)).toBe(true);
  });

  it("elements with data-parley-open and data-parley-prefill open it, even if added later", async () => {
    const opened = await open(undefined, `<a href="/elsewhere" data-parley-open>Ask us</a>`);
    const { page } = opened;
    await page.getByText("Ask us").click();
    const panel = await panelOf(opened);
    await expect.poll(() => heardBy(panel)).toEqual([{ type: "open", focus: true }]);
    await run(
      page,
      `document.querySelector("main").insertAdjacentHTML("beforeend", '<button data-parley-prefill="A return, please">Return</button>')`,
    );
    await page.getByText("Return").click();
    await expect.poll(() => heardBy(panel)).toContainEqual({ type: "prefill", text: "A return, please" });
  });

  it("survives twenty route changes that swap the body: one frame, one panel, nothing added", async () => {
    const opened = await open();
    const { page, backend } = opened;
    await run(page, "chatWidget.openChat()");
    await panelOf(opened);
    const count = "[document.querySelectorAll('*').length, document.documentElement.children.length]";
    const before = await run(page, count);
    for (let route = 0; route < 20; route += 1) {
      await run(
        page,
        `history.pushState({}, "", "/page-${route}"); const body = document.body.cloneNode(true);
         document.body.replaceWith(body);
         for (const old of body.querySelectorAll("script")) {
           const tag = document.createElement("script"); tag.src = old.src; Object.assign(tag.dataset, old.dataset); old.replaceWith(tag);
         }`,
      );
    }
    await expect.poll(() => backend.asked.filter((path) => path === "/widget.js").length).toBeGreaterThan(1);
    await expect.poll(() => run(page, count)).toEqual(before);
    expect(backend.asked.filter((path) => path.startsWith("/public/chat/"))).toHaveLength(1);
    expect(page.frames()).toHaveLength(2);
    await expect.poll(() => run(page, "chatWidget.isOpen")).toBe(true);
  });
});
