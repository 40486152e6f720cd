import { readFileSync } from "node:fs";
import type { Frame } from "playwright-core";
import { describe, expect, it } from "vitest";
import { DOT } from "./fake-files.js";
import type { FakeSession } from "./fake-session.js";
import { BLOCKED_STORAGE, type Host, useHost } from "./host-page.js";
import { axeFindings, screenshot, skipBrowser } from "./setup.js";
import { nextTurn } from "./talk.js";

const bench = useHost();
// What still fades in has no contrast yet.
const panelSize = { width: 380, height: 600, reducedMotion: true };

const field = (panel: Frame) => panel.locator("textarea#compose");
const answers = (panel: Frame) => panel.locator(".message.agent .prose");
const own = (panel: Frame) => panel.locator(".message.own .bubble");
const last = async (host: Host, type: string) => (await host.heard(type)).at(-1);

async function session(): Promise<FakeSession> {
  await expect.poll(() => bench.api().session).not.toBeNull();
  const made = bench.api().session;
  if (!made) throw new Error("no session");
  return made;
}

async function say(panel: Frame, text: string): Promise<void> {
  await field(panel).fill(text);
  await field(panel).press("Enter");
}

/** The panel is open, and one question is answered. */
async function talk(host: Host): Promise<FakeSession> {
  await host.tell({ type: "open" });
  const made = await session();
  made.greet("Hello, I’m Ivy.");
  await expect.poll(() => answers(host.panel).count()).toBe(1);
  await say(host.panel, "When do you open?");
  made.finish((await nextTurn(made)).turnId, "At **eight**.");
  await expect.poll(() => answers(host.panel).allInnerTexts()).toEqual(["Hello, I’m Ivy.", "At eight."]);
  return made;
}

describe.skipIf(skipBrowser)("the page as the panel of a widget", () => {
  it("creates no session and stores nothing before the visitor opens it", async () => {
    const host = await bench.open(panelSize);
    await expect.poll(() => host.panel.title()).toBeDefined();
    await host.panel.locator(".loading").waitFor();
    await host.tell({ type: "prefill", text: "I’d like to" });
    await host.tell({ type: "theme", theme: "dark" });
    await expect.poll(() => host.panel.evaluate("document.documentElement.dataset.theme")).toBe("dark");
    expect(bench.api().sessionsCreated).toBe(0);
    const stored = "JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }])";
    await expect.poll(() => host.panel.evaluate(stored)).toBe('["",{},{}]');
    expect(await bench.visitor().context.cookies()).toEqual([]);
    await host.tell({ type: "open" });
    await expect.poll(() => field(host.panel).inputValue()).toBe("I’d like to");
    expect(bench.api().sessionsCreated).toBe(1);
    expect((await session()).turns).toHaveLength(0);
  });

  it("notifies the host of events, but never of message text", async () => {
    const host = await bench.open(panelSize);
    const made = await talk(host);
    await expect
      .poll(async () => (await host.heard("message")).map((told) => told.sender_type))
      .toEqual(["agent", "user", "agent"]);
    for (const told of await host.heard("message")) {
      expect(Object.keys(told).toSorted()).toEqual(["conversation_id", "id", "sender_type", "timestamp", "type"]);
      expect(told.conversation_id).toBe(made.id);
    }
    await expect.poll(() => last(host, "status")).toEqual({ type: "status", status: "online", transport: "sse" });
    expect(await host.heard("typing")).toContainEqual({ type: "typing", sender_type: "agent" });
    made.humanAsked();
    await expect.poll(() => last(host, "escalation")).toMatchObject({ status: "waiting" });
    made.humanJoins("Bob");
    await expect.poll(() => last(host, "escalation")).toMatchObject({ status: "assigned" });
    made.humanSays("Bob", "Secret words.");
    await expect.poll(async () => (await last(host, "message"))?.sender_type).toBe("operator");
    const all = JSON.stringify(await host.heard());
    expect(all).not.toMatch(/eight|open\?|Ivy|Bob|Secret|ps_|pl_/);
  });

  it("keeps the conversation of a frame across a reload of the host page, and repeats no old events", async () => {
    const host = await bench.open(panelSize);
    await talk(host);
    const back = await bench.again(host);
    await expect.poll(() => answers(back.panel).allInnerTexts()).toEqual(["Hello, I’m Ivy.", "At eight."]);
    expect(await back.heard("message")).toEqual([]);
    await expect.poll(() => last(back, "unread")).toEqual({ type: "unread", count: 0 });
    expect(bench.api().sessionsCreated).toBe(1);
  });

  it("counts messages received while it is closed as unread, even across a reload", async () => {
    const host = await bench.open(panelSize);
    const made = await talk(host);
    await host.tell({ type: "close" });
    made.humanSays(null, "One");
    made.humanSays(null, "Two");
    await expect.poll(() => last(host, "unread")).toEqual({ type: "unread", count: 2 });
    const back = await bench.again(host);
    await expect.poll(() => last(back, "unread")).toEqual({ type: "unread", count: 2 });
    await back.tell({ type: "open" });
    await expect.poll(() => last(back, "unread")).toEqual({ type: "unread", count: 0 });
  });

  it("executes the host's commands: send, new conversation, a person", async () => {
    const host = await bench.open(panelSize, (api) => {
      api.link.features = { escalate: true };
    });
    await host.tell({ type: "send", text: "Hello from the page" });
    const made = await session();
    const turn = await nextTurn(made);
    expect(turn.text).toBe("Hello from the page");
    made.finish(turn.turnId, "Hello!");
    await expect.poll(() => own(host.panel).allInnerTexts()).toEqual(["Hello from the page"]);
    await host.tell({ type: "escalate", reason: "billing" });
    await expect.poll(() => bench.api().wishes).toBe(1);
    await host.tell({ type: "send", text: "x".repeat(4_001) });
    await expect.poll(() => last(host, "error")).toMatchObject({ code: "validation_failed" });
    await host.tell({ type: "new_conversation" });
    await expect.poll(() => bench.api().sessionsCreated).toBe(2);
    expect(bench.api().posts.map(({ message }) => message)).toEqual(["Hello from the page"]);
    await host.tell({ type: "rubbish" });
  });

  it("sends the context of the host page to the server as soon as there is a session, and no sooner", async () => {
    const host = await bench.open(panelSize);
    await host.tell({ type: "context", data: { page: "/" } });
    await host.tell({ type: "context", data: { page: "/cart" } });
    await host.tell({ type: "open" });
    await session();
    await expect.poll(() => bench.api().contexts).toEqual([{ page: "/cart" }]);
    await host.tell({ type: "context", data: { page: "/pay" } });
    await expect.poll(() => bench.api().contexts).toEqual([{ page: "/cart" }, { page: "/pay" }]);
  });

  it("takes the focus only when the host hands it over", async () => {
    const host = await bench.open(panelSize);
    await host.tell({ type: "open", focus: false });
    await field(host.panel).waitFor();
    await host.tell({ type: "theme", theme: "dark" });
    await expect.poll(() => host.panel.evaluate("document.documentElement.dataset.theme")).toBe("dark");
    await expect.poll(() => host.panel.evaluate("document.activeElement?.id")).toBe("");
    await host.tell({ type: "close" });
    await host.tell({ type: "open", focus: true });
    await expect.poll(() => host.panel.evaluate("document.activeElement?.id")).toBe("compose");
  });

  it("opens the conversation of an identified visitor, without the entry checks for anonymous ones", async () => {
    const host = await bench.open(panelSize, (api) => {
      api.link.require_email = true;
    });
    await host.tell({ type: "identify", identity: "ann" });
    await host.tell({ type: "open" });
    const made = await session();
    await field(host.panel).waitFor();
    expect([made.person, bench.api().identities]).toEqual(["ann", ["ann"]]);
    made.greet("Hello Ann");
    await expect.poll(() => answers(host.panel).allInnerTexts()).toEqual(["Hello Ann"]);
    await host.tell({ type: "identify", identity: "bob" });
    await expect.poll(() => answers(host.panel).count()).toBe(0);
    expect((await session()).person).toBe("bob");
    await say(host.panel, "It’s me");
    expect((await nextTurn(await session())).text).toBe("It’s me");
  });

  it("shows an identified visitor nothing of the previous user of the browser", async () => {
    // Whatever the page shows, if only for a moment.
    const initScript = `window.shown = "";
      new MutationObserver(() => { window.shown += document.body?.innerText ?? ""; })
        .observe(document, { childList: true, subtree: true, characterData: true });`;
    const host = await bench.open({ ...panelSize, initScript });
    await host.tell({ type: "identify", identity: "ann" });
    await host.tell({ type: "open" });
    const made = await session();
    made.greet("Ann's secret");
    await expect.poll(() => answers(host.panel).allInnerTexts()).toEqual(["Ann's secret"]);
    await expect.poll(() => host.panel.evaluate("window.shown")).toContain("Ann's secret");

    const back = await bench.again(host, [{ type: "identify", identity: "bob" }, { type: "open" }]);
    await field(back.panel).waitFor();
    await expect.poll(async () => (await session()).person).toBe("bob");
    (await session()).greet("Hello Bob");
    await expect.poll(() => answers(back.panel).allInnerTexts()).toEqual(["Hello Bob"]);
    await expect.poll(() => back.panel.evaluate("window.shown")).not.toContain("secret");
  });

  it("treats a visitor whose identity is refused as a guest, and tells visitor and host why", async () => {
    const host = await bench.open(panelSize);
    await host.tell({ type: "identify", identity: "old" });
    await host.tell({ type: "open" });
    await host.panel.getByText("This site couldn’t confirm who you are.").waitFor();
    await field(host.panel).waitFor();
    await expect.poll(() => last(host, "error")).toMatchObject({ code: "identity_expired" });
    expect((await session()).person).toBeNull();
  });

  it("opens the conversation of an identified visitor once, even when the answer was lost", async () => {
    const host = await bench.open(panelSize, (api) => {
      api.loseNextCreation = true;
    });
    await host.tell({ type: "identify", identity: "ann" });
    await host.tell({ type: "open" });
    await field(host.panel).waitFor();
    const made = await session();
    expect([made.person, bench.api().sessionsCreated]).toEqual(["ann", 1]);

    bench.api().loseNextCreation = true;
    await host.tell({ type: "identify", identity: "bob" });
    await expect.poll(async () => (await session()).person).toBe("bob");
    (await session()).greet("Hello Bob");
    await expect.poll(() => answers(host.panel).allInnerTexts()).toEqual(["Hello Bob"]);
    expect(bench.api().sessionsCreated).toBe(2);
    expect(new Set(bench.api().creationKeys).size).toBe(2);
    expect(await host.heard("error")).toEqual([]);
  });

  it("asks the host to close it, by button and Escape, during a conversation and before one", async () => {
    const host = await bench.open(panelSize, (api) => {
      api.linkProblem = { status: 404, code: "link_unavailable" };
    });
    await host.panel.getByRole("heading", { name: "This link isn’t available" }).waitFor();
    await host.panel.getByRole("button", { name: "Close the chat" }).click();
    await expect.poll(async () => (await host.heard("close_request")).length).toBe(1);
    await host.page.keyboard.press("Escape");
    await expect.poll(async () => (await host.heard("close_request")).length).toBe(2);
    await expect.poll(() => last(host, "error")).toMatchObject({ code: "link_unavailable" });
    expect(await axeFindings(host.panel)).toEqual([]);
  });

  it("leaves Escape to an open dialog", async () => {
    const host = await bench.open(panelSize);
    await talk(host);
    await host.panel.getByRole("button", { name: "New conversation" }).click();
    const dialog = host.panel.getByRole("dialog");
    await dialog.waitFor();
    await host.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect(await host.heard("close_request")).toEqual([]);
    await host.page.keyboard.press("Escape");
    await expect.poll(async () => (await host.heard("close_request")).length).toBe(1);
  });

  it("keeps field and last line visible when a keyboard covers half of the window", async () => {
    const host = await bench.open({ width: 360, height: 640 });
    const made = await talk(host);
    const long = Array.from({ length: 40 }, (_, line) => `Line ${line}`).join("\n\n");
    made.humanSays(null, `${long}\n\nThe end.`);
    const end = host.panel.getByText("The end.").first();
    const bottom = (selector: string): Promise<number> =>
      host.panel.evaluate(`document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect().bottom`);
    await end.waitFor();
    await host.tell({ type: "viewport", height: 300, offset_top: 0 });
    await expect.poll(() => bottom("#page")).toBe(300);
    await expect.poll(() => bottom(".field")).toBeLessThanOrEqual(300);
    const endBottom = () =>
      host.panel.evaluate<number>(
        `document.querySelector(".message:last-child .block:last-child").getBoundingClientRect().bottom`,
      );
    const footTop = () => host.panel.evaluate<number>(`document.querySelector(".footer").getBoundingClientRect().top`);
    await expect.poll(async () => (await endBottom()) <= (await footTop()) + 1).toBe(true);
    await screenshot(host.page, "panel-keyboard");
    await host.tell({ type: "viewport", height: 640, offset_top: 0 });
    await expect.poll(() => bottom("#page")).toBe(640);
    await expect.poll(async () => (await endBottom()) <= (await footTop()) + 1).toBe(true);
  });

  it("reads each answer out once", async () => {
    const host = await bench.open(panelSize);
    await host.tell({ type: "open" });
    const made = await session();
    const log = host.panel.getByRole("log");
    await log.waitFor({ state: "attached" });
    await log.evaluate((region) => {
      const spoken: string[] = [];
      Object.assign(window, { spoken });
      const watch = (changes: MutationRecord[]): void => {
        for (const change of changes) {
          spoken.push(...Array.from(change.addedNodes, (node) => node.textContent ?? ""));
          if (change.type === "characterData") spoken.push(change.target.textContent ?? "");
        }
      };
      new MutationObserver(watch).observe(region, { childList: true, characterData: true, subtree: true });
    });
    made.greet("Hello.");
    await say(host.panel, "Hi");
    const { turnId } = await nextTurn(made);
    made.delta(turnId, 0, "At ");
    made.delta(turnId, 3, "**eight**.");
    made.finish(turnId, "At **eight**.");
    await expect.poll(() => host.panel.evaluate("window.spoken")).toEqual(["Hello.", "At eight."]);
    await host.tell({ type: "close" });
    await host.tell({ type: "open" });
    made.humanSays("Bob", "One more.");
    await expect.poll(() => host.panel.evaluate("window.spoken")).toEqual(["Hello.", "At eight.", "One more."]);
  });

  it("forgets the visitor without ending the session", async () => {
    const host = await bench.open(panelSize);
    const made = await talk(host);
    await host.tell({ type: "shutdown" });
    await expect.poll(() => bench.api().forgotten).toBe(1);
    await host.panel.locator(".loading").waitFor();
    await expect.poll(() => host.panel.evaluate("JSON.stringify({ ...localStorage })")).toBe("{}");
    expect(made.ended).toBe(false);
    await expect.poll(() => last(host, "resume")).toEqual({ type: "resume", handle: null });
    await host.tell({ type: "open" });
    await expect.poll(() => bench.api().sessionsCreated).toBe(2);
    await expect.poll(() => own(host.panel).count()).toBe(0);
  });

  it.each([
    ["light", ""],
    ["dark", "&theme=dark"],
    ["rtl", "&lang=ar"],
  ])("is accessible and fits its frame: %s", async (name, search) => {
    const host = await bench.open({ ...panelSize, search });
    await talk(host);
    expect(await axeFindings(host.panel)).toEqual([]);
    await expect
      .poll(() => host.panel.evaluate("document.documentElement.scrollWidth - innerWidth"))
      .toBeLessThanOrEqual(0);
    await screenshot(host.page, `panel-${name}`);
  });
});

describe.skipIf(skipBrowser)("the panel where third-party storage is blocked", () => {
  const blocked = { ...panelSize, initScript: BLOCKED_STORAGE };
  const cookieless = (api: { cookieless: boolean }): void => {
    api.cookieless = true;
  };

  it("chats, streams and gives the host a handle that resumes the conversation on the next visit", async () => {
    const host = await bench.open(blocked, cookieless);
    const made = await talk(host);
    const { turnId } = await (async () => {
      await say(host.panel, "And on Sunday?");
      return nextTurn(made, 2);
    })();
    made.delta(turnId, 0, "Let me ");
    await expect.poll(() => answers(host.panel).last().innerText()).toBe("Let me ");
    made.finish(turnId, "Let me look.");
    // The one that says that this answer was seen; those of earlier answers came before it.
    const handle = `sealed-text_1-1~agent-${turnId}-0`;
    await expect.poll(() => last(host, "resume")).toEqual({ type: "resume", handle });
    expect(JSON.stringify(await host.heard())).not.toContain('"ps_');
    made.humanSays(null, "One more.");
    await expect.poll(() => answers(host.panel).count()).toBe(4);

    const back = await bench.again(host);
    await back.tell({ type: "resume", handle });
    await expect.poll(() => answers(back.panel).count()).toBe(4);
    await expect.poll(() => last(back, "unread")).toEqual({ type: "unread", count: 1 });
    await back.tell({ type: "open" });
    await say(back.panel, "Thank you");
    expect((await nextTurn(made, 3)).text).toBe("Thank you");
    expect(bench.api().sessionsCreated).toBe(1);
  });

  it("sends files and offers them for download, although no URL opens them", async () => {
    const host = await bench.open(blocked, (api) => {
      cookieless(api);
      api.link.features = { files: true };
      api.link.files = { types: ["text/plain", "image/*"], max_bytes: 5_000, max_count: 3 };
    });
    await host.tell({ type: "open" });
    const made = await session();
    await host.panel.locator("button.attach").waitFor();
    await host.panel.locator("input[type=file]").setInputFiles([
      { name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("twelve bytes") },
      { name: "dot.png", mimeType: "image/png", buffer: DOT },
    ]);
    await expect
      .poll(() => host.panel.locator(".tray li").allInnerTexts())
      .toEqual([expect.stringContaining("Ready"), expect.stringContaining("Ready")]);
    await say(host.panel, "Please read");
    expect((await nextTurn(made)).text).toBe("Please read");
    const link = host.panel.getByRole("link", { name: "note.txt" });
    const [download] = await Promise.all([host.page.waitForEvent("download"), link.click()]);
    expect(download.suggestedFilename()).toBe("note.txt");
    expect(readFileSync(await download.path(), "utf8")).toBe("x".repeat(12));
    const painted = `(() => { const canvas = document.querySelector(".message.own canvas.thumbnail");
      return canvas?.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0) ?? false; })()`;
    await expect.poll(() => host.panel.evaluate(painted)).toBe(true);
    bench.api().files.stored = [];
    await link.click();
    await host.panel.getByText("That didn’t work.").waitFor();
  });

  it("starts over with a handle that is refused, and has the host discard it", async () => {
    const host = await bench.open(blocked, cookieless);
    await host.tell({ type: "resume", handle: "sealed-long-ago" });
    await expect.poll(() => last(host, "resume")).toEqual({ type: "resume", handle: null });
    expect(bench.api().sessionsCreated).toBe(0);
    await host.tell({ type: "open" });
    await expect.poll(() => bench.api().sessionsCreated).toBe(1);
  });
});
