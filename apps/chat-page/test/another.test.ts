import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { skipBrowser, useBench } from "./setup.js";
import { answers, field, nextTurn, own, say, sessionOf } from "./talk.js";

const bench = useBench();
const session = () => sessionOf(bench);
const renew = (page: Page): Locator => page.getByRole("button", { name: "New conversation" });

/** A conversation of one message and its answer, on a link that has a session left or not. */
async function talk(another: boolean): Promise<Page> {
  const page = await bench.open({}, (api) => {
    api.link.features = { feedback: true };
  });
  const made = await session();
  made.greet("Hello");
  made.another = another;
  await say(page, "When do you open?");
  made.finish((await nextTurn(made)).turnId, "At eight.");
  await expect.poll(() => answers(page).last().innerText()).toBe("At eight.");
  // Once this is known the page has read the answer to its post, too, whose numbers must not come after newer ones.
  if (!another) await expect.poll(() => renew(page).count()).toBe(0);
  return page;
}

describe.skipIf(skipBrowser)("another conversation", () => {
  it("is offered where the link has a session left, and not where it has none", async () => {
    const page = await talk(true);
    await renew(page).waitFor();
    const made = await session();
    made.another = false;
    await page.reload();
    await expect.poll(() => answers(page).last().innerText()).toBe("At eight.");
    await expect.poll(() => renew(page).count()).toBe(0);
  });

  it("is not offered after the message that used the last session", async () => {
    const page = await talk(false);
    const made = await session();
    await say(page, "And on Sunday?");
    made.finish((await nextTurn(made, 2)).turnId, "Closed.");
    await expect.poll(() => answers(page).last().innerText()).toBe("Closed.");
    await expect.poll(() => renew(page).count()).toBe(0);
  });

  it("keeps the current one when the last session was taken meanwhile", async () => {
    const page = await talk(true);
    await renew(page).click();
    const made = await session();
    made.another = false;
    await page.getByRole("button", { name: "Start new" }).click();
    await expect.poll(() => renew(page).count()).toBe(0);
    expect(made.ended).toBe(false);
    await expect.poll(() => own(page).allInnerTexts()).toEqual(["When do you open?"]);
    await field(page).waitFor();
  });

  it("is not offered when the messages are used up; the conversation stays readable and can be rated, even after a reload", async () => {
    const page = await talk(false);
    const made = await session();
    made.remaining = 0;
    made.quota();
    const card = page.locator(".ended");
    await card.getByText("This link has no conversations left. You can still read this one.").waitFor();
    await expect.poll(() => renew(page).count()).toBe(0);
    await card.getByText("How was this conversation?").waitFor();
    made.end("idle_timeout");
    await page.reload();
    await card.getByText("This link has no conversations left. You can still read this one.").waitFor();
    await expect.poll(() => own(page).allInnerTexts()).toEqual(["When do you open?"]);
    await card.getByText("How was this conversation?").waitFor();
    await expect.poll(() => renew(page).count()).toBe(0);
  });

  it("keeps the draft when others took the last session before the first message", async () => {
    const page = await bench.open();
    (await session()).greet("Hello");
    bench.api().sendProblems = [{ status: 429, code: "sessions_exhausted" }];
    await say(page, "Am I late?");
    await page.getByRole("heading", { name: "This link is fully used" }).waitFor();
    await expect.poll(() => own(page).allInnerTexts()).toEqual(["Am I late?"]);
    await expect.poll(() => renew(page).count()).toBe(0);
    expect(bench.api().posts).toHaveLength(1);
  });
});
