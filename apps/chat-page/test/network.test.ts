import { describe, expect, it } from "vitest";
import { skipBrowser, useBench } from "./setup.js";
import { answers, field, log, nextTurn, own, say, sessionOf } from "./talk.js";

const bench = useBench();
const session = () => sessionOf(bench);

describe.skipIf(skipBrowser)("chat page on a bad network", () => {
  it("gets a usable session when the answer to its creation was lost", async () => {
    const page = await bench.open({}, (api) => {
      api.loseNextCreation = true;
    });
    await say(page, "In?");
    await expect.poll(() => bench.api().session?.turns.map((turn) => turn.text)).toEqual(["In?"]);
    expect(bench.api().creationKeys[0]).toBe(bench.api().creationKeys[1]);
  });

  it("replaces the text of an earlier attempt and orders pieces that arrive out of order", async () => {
    const page = await bench.open();
    const made = await session();
    await say(page, "Go");
    const turn = await nextTurn(made);
    made.delta(turn.turnId, 0, "First try, abandoned");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["First try, abandoned"]);
    made.delta(turn.turnId, 7, "try", 2);
    made.delta(turn.turnId, 0, "Second ", 2);
    made.delta(turn.turnId, 20, "late", 1);
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Second try"]);
  });

  it("continues without gap or duplicate when the stream is cut in the middle of an answer", async () => {
    const page = await bench.open();
    const made = await session();
    await say(page, "Tell me more");
    const turn = await nextTurn(made);
    made.delta(turn.turnId, 0, "One, two, ");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["One, two, "]);
    made.cut();
    made.delta(turn.turnId, 10, "three, ");
    await expect.poll(() => bench.api().streamsOpened).toBeGreaterThan(1);
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["One, two, three, "]);
    made.cut();
    made.finish(turn.turnId, "One, two, three, four.");
    await expect.poll(() => answers(page).allInnerTexts(), { timeout: 15_000 }).toEqual(["One, two, three, four."]);
    await expect.poll(() => own(page).count()).toBe(1);
    await expect.poll(() => log(page).locator("p").allInnerTexts()).toEqual(["One, two, three, four."]);
  });

  it("reloads the whole state when its position in the stream is unknown to the server", async () => {
    const page = await bench.open();
    const made = await session();
    made.greet("Hello");
    await expect.poll(() => answers(page).count()).toBe(1);
    made.newEpoch();
    made.cut();
    await expect.poll(() => bench.api().streamsOpened).toBeGreaterThan(1);
    await say(page, "Still there?");
    const turn = await nextTurn(made);
    made.finish(turn.turnId, "Yes.");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Hello", "Yes."]);
    await expect.poll(() => own(page).allInnerTexts()).toEqual(["Still there?"]);
  });

  it("polls when streams do not get through, and can still send", async () => {
    const page = await bench.open({}, (api) => {
      api.refuseStreams = 99;
    });
    const made = await session();
    await expect.poll(() => bench.api().polls, { timeout: 15_000 }).toBeGreaterThan(0);
    await expect.poll(() => page.locator(".connection").innerText()).toBe("Online");
    await say(page, "Hi");
    const turn = await nextTurn(made);
    made.finish(turn.turnId, "Polled.");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Polled."]);
    await expect.poll(() => own(page).count()).toBe(1);
  });

  it("accepts a plain answer while there is no stream", async () => {
    const page = await bench.open({}, (api) => {
      api.refuseStreams = 2;
    });
    const made = await session();
    await say(page, "Hi");
    const turn = await nextTurn(made);
    expect(bench.api().posts).toMatchObject([{ waited: true }]);
    // Nothing but the request itself tells that an answer is due.
    await page.locator(".thinking").waitFor();
    made.finish(turn.turnId, "Directly.");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Directly."]);
    await expect.poll(() => page.locator(".connection").innerText(), { timeout: 15_000 }).toBe("Online");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Directly."]);
    await expect.poll(() => log(page).locator("p").count()).toBe(1);
  });

  it("queues messages while offline and sends each exactly once, in order", async () => {
    const page = await bench.open();
    const made = await session();
    await expect.poll(() => page.locator(".connection").innerText()).toBe("Online");
    await bench.visitor().context.setOffline(true);
    await page.getByText("You’re offline.").waitFor();
    await say(page, "First");
    await say(page, "Second");
    await expect.poll(() => page.getByText("Waiting to be sent").count()).toBe(2);
    expect(bench.api().posts).toHaveLength(0);
    await bench.visitor().context.setOffline(false);
    for (const [at, text] of ["First", "Second"].entries()) {
      // Where the stream is not back yet, the second message waits for the answer to the first.
      await expect.poll(() => made.turns[at]?.text).toBe(text);
      made.finish(made.turns[at]?.turnId ?? "", `Re: ${text}`);
    }
    await expect.poll(() => page.locator(".message").count()).toBe(4);
    await expect.poll(() => own(page).allInnerTexts()).toEqual(["First", "Second"]);
    expect(made.turns).toHaveLength(2);
    expect(new Set(bench.api().posts.map((post) => post.clientMessageId)).size).toBe(2);
  });

  it("disables stopping an answer while offline, says why, and enables it again afterwards", async () => {
    const page = await bench.open({}, (api) => {
      Object.assign(api.link, { features: { stop: true } });
    });
    const made = await session();
    await say(page, "Tell me more");
    made.delta((await nextTurn(made)).turnId, 0, "Once upon ");
    await expect.poll(() => answers(page).count()).toBe(1);
    const stop = page.getByRole("button", { name: "Stop this answer" });
    await bench.visitor().context.setOffline(true);
    await expect.poll(() => stop.getAttribute("aria-disabled")).toBe("true");
    await expect
      .poll(() => page.locator("#composer-note").innerText())
      .toBe("You can stop the answer once you’re back online.");
    await stop.press("Enter");
    await bench.visitor().context.setOffline(false);
    await expect.poll(() => stop.getAttribute("aria-disabled")).toBe("false");
    expect(bench.api().stops).toBe(0);
    await stop.click();
    await expect.poll(() => bench.api().stops).toBe(1);
  });

  it("retries a message whose answer was lost under the same id, so that it counts once", async () => {
    const page = await bench.open();
    const made = await session();
    // The stream stays away as well, otherwise the message would come back by that way first.
    bench.api().refuseStreams = 99;
    bench.api().loseNextAnswer = true;
    made.cut();
    await say(page, "Only once");
    await expect.poll(() => bench.api().posts.length, { timeout: 15_000 }).toBe(2);
    expect(bench.api().posts[0]?.clientMessageId).toBe(bench.api().posts[1]?.clientMessageId);
    expect(made.turns).toHaveLength(1);
    await expect.poll(() => own(page).count()).toBe(1);
  });

  it("keeps draft, conversation and unsent messages across a reload, without a second session", async () => {
    const page = await bench.open();
    const made = await session();
    made.greet("Hello");
    await expect.poll(() => answers(page).count()).toBe(1);
    bench.api().down = true;
    made.cut();
    await say(page, "Survives");
    await field(page).fill("half a thou");
    bench.api().down = false;
    await page.reload();
    await expect.poll(() => field(page).inputValue()).toBe("half a thou");
    await expect.poll(() => made.turns.map((turn) => turn.text)).toEqual(["Survives"]);
    await expect.poll(() => own(page).allInnerTexts()).toEqual(["Survives"]);
    await expect.poll(() => log(page).locator("p").count()).toBe(0);
    expect(bench.api().sessionsCreated).toBe(1);
    const stored = await page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie");
    expect(stored).not.toMatch(/pl_|ps_/);
  });

  it("waits as long as the server asks and then sends automatically", async () => {
    const page = await bench.open();
    const made = await session();
    bench.api().sendProblems = [{ status: 429, code: "rate_limited", retryAfterSeconds: 4 }];
    await say(page, "Too quick");
    await page.getByText(/That was quick/).waitFor();
    await expect.poll(() => made.turns.length, { timeout: 15_000 }).toBe(1);
    await expect.poll(() => page.getByText(/That was quick/).count()).toBe(0);
    expect(new Set(bench.api().posts.map((post) => post.clientMessageId)).size).toBe(1);
  });

  it("retries automatically when the server is down at the start", async () => {
    const page = await bench.open({}, (api) => {
      api.down = true;
    });
    await page.getByText("The chat can’t be reached").waitFor();
    bench.api().down = false;
    await field(page).waitFor({ timeout: 15_000 });
  });
});
