import { describe, expect, it } from "vitest";
import { skipBrowser, useBench } from "./setup.js";
import { field, say, sessionOf } from "./talk.js";

const bench = useBench();
const TITLE = "This chat isn’t available right now";

describe.skipIf(skipBrowser)("a link whose agent cannot answer for now", () => {
  it("is announced before anything can be typed, creates no session, and opens automatically when the agent is back", async () => {
    const page = await bench.open({}, (api) => {
      api.link.availability = "unavailable";
      api.link.pin_required = true;
    });
    await page.getByRole("heading", { name: TITLE }).waitFor();
    await expect.poll(() => page.evaluate("document.activeElement.tagName")).toBe("H1");
    await expect.poll(() => page.locator("textarea, input").count()).toBe(0);
    expect(bench.api().sessionsCreated).toBe(0);
    Object.assign(bench.api().link, { availability: "available", pin_required: false });
    await field(page).waitFor({ timeout: 15_000 });
    expect(bench.api().sessionsCreated).toBe(1);
  });

  it("is assumed for every unknown availability value, and can be retried at once", async () => {
    const page = await bench.open({}, (api) => {
      api.laterRelease = true;
      api.link.availability = "resting_until_noon";
    });
    await page.getByRole("heading", { name: TITLE }).waitFor();
    bench.api().link.availability = "available";
    await page.getByRole("button", { name: "Try again now" }).click();
    await field(page).waitFor();
  });

  it("is announced too when it only turns out with the new session", async () => {
    const page = await bench.open({}, (api) => {
      api.createProblem = { status: 503, code: "agent_unavailable" };
    });
    await page.getByRole("heading", { name: TITLE }).waitFor();
    bench.api().createProblem = null;
    await page.getByRole("button", { name: "Try again now" }).click();
    await field(page).waitFor();
  });

  it("keeps an existing conversation readable", async () => {
    const page = await bench.open();
    const made = await sessionOf(bench);
    made.greet("Good morning");
    await say(page, "Still there?");
    await expect.poll(() => made.turns.length).toBe(1);
    bench.api().link.availability = "unavailable";
    await page.reload();
    await page.getByText("Good morning", { exact: true }).first().waitFor();
    await page.getByText("Still there?", { exact: true }).first().waitFor();
    await expect.poll(() => page.getByRole("heading", { name: TITLE }).count()).toBe(0);
  });
});
