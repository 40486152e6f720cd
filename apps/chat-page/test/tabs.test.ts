import { describe, expect, it } from "vitest";
import { skipBrowser, useBench } from "./setup.js";
import { answers, field, nextTurn, own, say, sessionOf } from "./talk.js";

const bench = useBench();

describe.skipIf(skipBrowser)("two tabs with one conversation", () => {
  it("show each message once, and each keeps its own draft across a reload", async () => {
    const one = await bench.open();
    const made = await sessionOf(bench);
    const two = await bench.visitor().context.newPage();
    await two.goto(bench.api().pageUrl);
    await field(two).fill("half a thought in the second");
    await field(one).fill("half a thought in the first");
    await say(two, "Said in the second");
    made.finish((await nextTurn(made)).turnId, "Heard.");
    for (const tab of [one, two]) {
      await expect.poll(() => answers(tab).allInnerTexts()).toEqual(["Heard."]);
      await expect.poll(() => own(tab).allInnerTexts()).toEqual(["Said in the second"]);
    }
    await one.reload();
    await two.reload();
    await expect.poll(() => field(one).inputValue()).toBe("half a thought in the first");
    await expect.poll(() => field(two).inputValue()).toBe("");
    expect(bench.api().posts).toHaveLength(1);
    expect(bench.api().sessionsCreated).toBe(1);
  });

  it("begin a later tab with the newest draft", async () => {
    const one = await bench.open();
    await sessionOf(bench);
    await field(one).fill("not sent yet");
    await one.close();
    const two = await bench.visitor().context.newPage();
    await two.goto(bench.api().pageUrl);
    await expect.poll(() => field(two).inputValue()).toBe("not sent yet");
  });
});

describe.skipIf(skipBrowser)("a page that is put away", () => {
  it("holds no stream in the back/forward cache, and misses nothing when restored", async () => {
    const page = await bench.open();
    const made = await sessionOf(bench);
    await expect.poll(() => made.streamCount()).toBe(1);
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))");
    await expect.poll(() => made.streamCount()).toBe(0);
    made.greet("Said meanwhile");
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Said meanwhile"]);
  });

  it("returns unsent text when the conversation is over", async () => {
    const page = await bench.open();
    const made = await sessionOf(bench);
    await expect.poll(() => made.streamCount()).toBe(1);
    bench.api().sendProblems = [{ status: 429, code: "rate_limited", retryAfterSeconds: 60 }];
    await say(page, "Written but never sent");
    await page.getByText(/Goes out in/).waitFor();
    made.end("idle_timeout");
    await page.getByRole("button", { name: "New conversation" }).click();
    await expect.poll(() => field(page).inputValue()).toBe("Written but never sent");
    await expect.poll(() => own(page).count()).toBe(0);
  });
});

describe.skipIf(skipBrowser)("a conversation that is left with something unsent", () => {
  it("gives the words back to the field of the new one", async () => {
    const page = await bench.open();
    const made = await sessionOf(bench);
    await say(page, "Hello");
    made.finish((await nextTurn(made)).turnId, "Hello.");
    await expect.poll(() => answers(page).count()).toBe(1);
    bench.api().sendProblems = [{ status: 429, code: "rate_limited", retryAfterSeconds: 60 }];
    await say(page, "Held back");
    await page.getByText(/Goes out in/).waitFor();
    await page.getByRole("button", { name: "New conversation" }).click();
    await page.getByRole("button", { name: "Start new" }).click();
    await expect.poll(() => field(page).inputValue()).toBe("Held back");
    await expect.poll(() => own(page).count()).toBe(0);
  });
});

describe.skipIf(skipBrowser)("a browser that keeps nothing", () => {
  it("talks all the same", async () => {
    const initScript = `for (const name of ["localStorage", "sessionStorage"])
      Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });`;
    const page = await bench.open({ initScript });
    const made = await sessionOf(bench);
    await say(page, "Hello");
    made.finish((await nextTurn(made)).turnId, "Hello to you.");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Hello to you."]);
  });
});
