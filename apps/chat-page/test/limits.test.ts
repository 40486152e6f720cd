import { describe, expect, it } from "vitest";
import { skipBrowser, useBench } from "./setup.js";
import { field, nextTurn, own, say, sessionOf } from "./talk.js";

const bench = useBench();
const session = () => sessionOf(bench);

describe.skipIf(skipBrowser)("limits of a link on the chat page", () => {
  it("opens automatically as soon as there is room for one more conversation", async () => {
    const page = await bench.open({}, (api) => {
      api.createProblem = { status: 429, code: "concurrent_sessions_exhausted" };
    });
    await page.getByRole("heading", { name: "All places are taken right now" }).waitFor();
    bench.api().createProblem = null;
    await field(page).waitFor({ timeout: 20_000 });
    expect(bench.api().sessionsCreated).toBe(1);
  });

  it("says that the budget of the link is used up, keeps the conversation readable and offers no new one", async () => {
    const page = await bench.open();
    const made = await session();
    made.greet("Hello");
    bench.api().sendProblems = [{ status: 429, code: "budget_exhausted" }];
    await say(page, "One more");
    await page.getByRole("heading", { name: "This link is used up" }).waitFor();
    await page.getByText("Hello", { exact: true }).first().waitFor();
    await page.locator(".ended").waitFor();
    await expect.poll(() => page.getByRole("button", { name: "New conversation" }).count()).toBe(0);
    await expect.poll(() => page.getByRole("button", { name: "Send again" }).count()).toBe(0);
  });

  it("waits without blaming the visitor while others hold the budget, and sends once", async () => {
    const page = await bench.open();
    const made = await session();
    bench.api().sendProblems = [{ status: 429, code: "budget_busy", retryAfterSeconds: 1 }];
    await say(page, "In a moment");
    // The server asked for a second of patience; the page adds what its jitter adds.
    await expect.poll(() => made.turns.length, { timeout: 15_000 }).toBe(1);
    await expect.poll(() => page.getByText(/That was quick/).count()).toBe(0);
    expect(made.turns.map((turn) => turn.text)).toEqual(["In a moment"]);
  });

  it("shows how long a rate-limited message waits, and sends it once", async () => {
    const page = await bench.open();
    const made = await session();
    bench.api().sendProblems = [{ status: 429, code: "rate_limited", retryAfterSeconds: 8 }];
    await say(page, "Held back");
    const delivery = page.locator(".message.own .delivery");
    const waits = async (): Promise<number> =>
      Number(/Goes out in (\d+) seconds?$/.exec(await delivery.innerText())?.[1] ?? Number.NaN);
    await expect.poll(waits).toBeGreaterThan(3);
    // What was asked for, and the jitter on top.
    expect(await waits()).toBeLessThanOrEqual(9);
    // It is counted down, also where a machine that stood still leaves a number out.
    await expect.poll(waits, { timeout: 15_000 }).toBeLessThanOrEqual(3);
    // Another one does not get past it.
    await say(page, "And this");
    await expect
      .poll(() => made.turns.map((turn) => turn.text), { timeout: 15_000 })
      .toEqual(["Held back", "And this"]);
    expect(bench.api().posts.map((post) => post.message)).toEqual(["Held back", "Held back", "And this"]);
  });

  it("keeps a message for later when the visitor is in a country that the link does not serve", async () => {
    const page = await bench.open();
    const made = await session();
    bench.api().sendProblems = [{ status: 403, code: "country_not_allowed" }];
    await say(page, "From abroad");
    await page.getByRole("heading", { name: "This chat can’t be used from here" }).waitFor();
    await page.getByRole("button", { name: "Try again now" }).click();
    await nextTurn(made);
    await expect.poll(() => own(page).allInnerTexts()).toEqual(["From abroad"]);
    expect(made.turns).toHaveLength(1);
  });

  it("announces the time left when it becomes short and when it becomes very short, not in between", async () => {
    const page = await bench.open();
    const made = await session();
    const notice = page.locator(".time-notice");
    const left = async (minutes: number): Promise<void> => {
      made.expiresAt = new Date(Date.now() + minutes * 60_000 - 1_000).toISOString();
      made.quota();
      const shown = minutes === 1 ? "1 minute left" : `${minutes} minutes left`;
      await page.locator(".allowance", { hasText: shown }).waitFor();
    };
    await left(8);
    await expect.poll(() => notice.textContent()).toBe("");
    await left(5);
    await expect.poll(() => notice.textContent()).toBe("5 minutes left");
    await left(3);
    await expect.poll(() => notice.textContent()).toBe("5 minutes left");
    await left(1);
    await expect.poll(() => notice.textContent()).toBe("1 minute left");
  });
});
