import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { FakeSession } from "./fake-session.js";
import { skipBrowser, useBench } from "./setup.js";
import { answers, field, nextTurn, say, sessionOf } from "./talk.js";

const bench = useBench();
const left = (page: Page) => page.locator(".allowance");
const notice = (page: Page) => page.locator(".time-notice");
const SOON = "Closes in 1 minute if nothing is written";
const HOURS = 3_600_000;
const ENDS = { timeout: 20_000 };

/** The session, once the page follows it: what is told before that reaches nobody. */
async function followed(): Promise<FakeSession> {
  await expect.poll(() => bench.api().streamsOpened).toBeGreaterThanOrEqual(1);
  return sessionOf(bench);
}

/** The session may be quiet for half an hour, and its last words were said so long ago. */
function quiet(made: FakeSession, agoSeconds: number): void {
  made.idleSeconds = 1800;
  made.lastSaid(agoSeconds);
  made.quota();
}

describe.skipIf(skipBrowser)("the time of a conversation", () => {
  it("warns before an idle conversation closes, and starts over with each exchange", async () => {
    const page = await bench.open();
    const made = await followed();
    quiet(made, 60);
    await expect.poll(() => left(page).innerText()).toBe("20 messages left");
    quiet(made, 1750);
    await expect.poll(() => left(page).innerText()).toContain(SOON);
    await expect.poll(() => notice(page).textContent()).toBe(SOON);
    await say(page, "Still here");
    made.finish((await nextTurn(made)).turnId, "Good.");
    await expect.poll(() => answers(page).count()).toBe(1);
    await expect.poll(() => left(page).innerText()).toBe("19 messages left");
    await expect.poll(() => notice(page).textContent()).toBe("");
  });

  it("shows whichever deadline comes first", async () => {
    const page = await bench.open();
    const made = await followed();
    const expiresIn = (seconds: number): void => {
      made.expiresAt = new Date(made.serverNow() + seconds * 1000).toISOString();
    };
    expiresIn(290);
    quiet(made, 1750);
    await expect.poll(() => left(page).innerText()).toContain(SOON);
    expiresIn(40);
    quiet(made, 1700);
    await expect.poll(() => left(page).innerText()).toContain("1 minute left");
    await expect.poll(() => left(page).innerText()).not.toContain("Closes");
  });

  it.each([
    ["three hours slow", 3 * HOURS],
    ["three hours fast", -3 * HOURS],
  ])("goes by the server's clock when that of the visitor is %s", async (_name, skewMs) => {
    const page = await bench.open({}, (api) => {
      api.skewMs = skewMs;
    });
    const made = await followed();
    made.expiresAt = new Date(made.serverNow() + 7 * 60_000 - 1_000).toISOString();
    quiet(made, 60);
    await expect.poll(() => left(page).innerText()).toContain("7 minutes left");
    quiet(made, 1750);
    await expect.poll(() => left(page).innerText()).toContain(SOON);
  });

  it("is not misled by a clock that is set while the page is open", async () => {
    const page = await bench.open();
    const made = await followed();
    await expect.poll(() => bench.api().streamsOpened).toBe(1);
    quiet(made, 60);
    await page.evaluate(`{ const now = Date.now; Date.now = () => now() + ${5 * HOURS}; }`);
    // The page notices the jump and asks the server for the time by a new stream.
    await expect.poll(() => bench.api().streamsOpened, ENDS).toBe(2);
    await say(page, "What time is it?");
    made.finish((await nextTurn(made)).turnId, "Time to talk.");
    await expect.poll(() => answers(page).count()).toBe(1);
    await expect.poll(() => left(page).innerText()).toBe("19 messages left");
    await expect.poll(() => page.locator(".ended").count()).toBe(0);
  });

  it("has no deadline any more when the owner removes it", async () => {
    const page = await bench.open();
    const made = await followed();
    // A second less than five: the page knows the server's clock to some milliseconds only.
    made.expiresAt = new Date(made.serverNow() + 5 * 60_000 - 1_000).toISOString();
    made.quota();
    await expect.poll(() => left(page).innerText()).toContain("5 minutes left");
    made.expiresAt = null;
    made.quota();
    await expect.poll(() => left(page).innerText()).toBe("20 messages left");
  });

  it("ends an idle conversation automatically and offers a new one", async () => {
    const page = await bench.open();
    const made = await followed();
    quiet(made, 1803);
    await page.getByRole("heading", { name: "This conversation has timed out" }).waitFor(ENDS);
    await page.getByRole("button", { name: "New conversation" }).waitFor();
  });

  it("checks with the server before it ends one that was used elsewhere meanwhile", async () => {
    const page = await bench.open();
    const made = await followed();
    quiet(made, 1803);
    // Said on another device; this page has not heard of it.
    made.lastSaid(5);
    await expect.poll(() => left(page).innerText(), ENDS).toBe("20 messages left");
    await expect.poll(() => field(page).count()).toBe(1);
    await expect.poll(() => page.locator(".ended").count()).toBe(0);
  });
});

describe.skipIf(skipBrowser)("an end", () => {
  it.each([
    ["owner", "This conversation was ended", true],
    ["link_revoked", "This chat has been closed", false],
    ["link_deleted", "This chat has been closed", false],
    ["agent_deleted", "This chat has been closed", false],
    ["expired", "This link has expired", false],
    ["idle_timeout", "This conversation has timed out", true],
    ["workflow_ended", "This conversation has ended", true],
    ["resolved", "This conversation has ended", true],
    ["internal", "This conversation can’t go on", true],
  ])("by %s says so, and offers what is still possible", async (reason, title, again) => {
    const page = await bench.open();
    const made = await followed();
    made.greet("Hello");
    await expect.poll(() => answers(page).count()).toBe(1);
    made.end(reason);
    await page.getByRole("heading", { name: title, exact: true }).waitFor();
    await expect.poll(() => page.locator(".ended button.primary").count()).toBe(again ? 1 : 0);
    await expect.poll(() => answers(page).count()).toBe(1);
  });

  it("that only a refused message tells of is told with its reason, and the talk stays readable", async () => {
    const page = await bench.open({}, (api) => {
      api.refuseStreams = 99;
    });
    const made = await followed();
    made.ended = true;
    made.endReason = "owner";
    await say(page, "Hello?");
    await page.getByRole("heading", { name: "This conversation was ended", exact: true }).waitFor();
    await page.getByText("Hello?").waitFor();
  });

  it.each([
    ["is told as closed while its time was not over", 3_600, "This chat has been closed"],
    ["is told as expired once its time was over", -1, "This link has expired"],
  ])("of the link in the middle of a talk %s", async (_name, expiresIn, title) => {
    const page = await bench.open();
    const made = await followed();
    made.greet("Hello");
    await expect.poll(() => answers(page).count()).toBe(1);
    made.expiresAt = new Date(made.serverNow() + expiresIn * 1000).toISOString();
    made.quota();
    bench.api().sendProblems = [{ status: 404, code: "link_unavailable" }];
    await say(page, "Anybody?");
    await page.getByRole("heading", { name: title, exact: true }).waitFor(ENDS);
    await expect.poll(() => answers(page).innerText()).toBe("Hello");
  });
});
