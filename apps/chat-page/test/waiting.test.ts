import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { FakeApi } from "./fake-api.js";
import { axeFindings, type OpenOptions, screenshot, sidewaysOverflow, skipBrowser, useBench } from "./setup.js";
import { answers, nextTurn, say, sessionOf } from "./talk.js";

const bench = useBench();
const PEOPLE = { reply_minutes: 10, fallback_minutes: 5, open_now: true, next_open_at: null };
const panel = (page: Page) => page.locator(".waiting");

/** A visitor who has written and asked for a person so many minutes ago. */
async function waiting(
  given: { people?: Record<string, unknown>; minutes?: number; options?: OpenOptions; locale?: string } = {},
): Promise<Page> {
  const prepare = (api: FakeApi): void => {
    const branding = given.locale === undefined ? {} : { branding: { locale: given.locale } };
    Object.assign(
      api.link,
      { features: { stop: true, escalate: true }, people: { ...PEOPLE, ...given.people } },
      branding,
    );
    api.waitedMinutes = given.minutes ?? 0;
  };
  const page = await bench.open(given.options, prepare);
  const made = await sessionOf(bench);
  await say(page, "Hello");
  made.finish((await nextTurn(made)).turnId, "I am the agent.");
  await expect.poll(() => answers(page).count()).toBe(1);
  await page.locator(".human .ask-human").click();
  await panel(page).waitFor();
  // The event was told just now; the session says since when the visitor waits.
  if (given.minutes !== undefined) await page.reload();
  await panel(page).waitFor();
  return page;
}

describe.skipIf(skipBrowser)("a visitor who waits for a person", () => {
  it("sees the usual and the elapsed waiting time, and is offered no choice too early", async () => {
    const page = await waiting({ minutes: 3 });
    await expect.poll(() => panel(page).innerText()).toBe("Waiting for 3 mins. Usually within 10 mins.");
    await expect.poll(() => page.locator(".waiting-choices").count()).toBe(0);
  });

  it("can continue with the assistant, leave an address, or cancel the request", async () => {
    const page = await waiting({ minutes: 6 });
    const choice = (name: string) => page.getByRole("button", { name });
    await choice("Go on with the assistant").press("Enter");
    await expect.poll(() => choice("Go on with the assistant").count()).toBe(0);
    await choice("Get the answer by email").press("Enter");
    await page.getByLabel("Your email address").fill("ada@example.com");
    await page.getByLabel("Your email address").press("Enter");
    await page.getByText("You can close this page.").waitFor();
    await expect.poll(() => choice("Get the answer by email").count()).toBe(0);
    await page.reload();
    await page.getByText("You can close this page.").waitFor();
    await choice("I don’t need a person any more").press("Enter");
    await expect.poll(() => panel(page).count()).toBe(0);
    expect(bench.api().choices).toEqual([
      { choice: "continue" },
      { choice: "email", email: "ada@example.com" },
      { choice: "cancel" },
    ]);
    await page.getByRole("button", { name: "Talk to a person" }).waitFor();
  });

  it("learns outside office hours when somebody is back, in local time, and has the choices at once", async () => {
    // Monday, nine o'clock in Berlin.
    const people = { open_now: false, next_open_at: "2026-11-02T08:00:00.000Z" };
    const page = await waiting({ people, locale: "de", options: { timeZone: "Europe/Berlin" } });
    await expect.poll(() => panel(page).innerText()).toMatch(/Wieder da: Montag.*9:00/);
    await page.getByRole("button", { name: "Antwort per E-Mail bekommen" }).waitFor();
  });

  it.each([
    { name: "light", dark: false, width: 800, locale: "en" },
    { name: "narrow-dark-rtl", dark: true, width: 360, locale: "ar" },
  ])("sees it all, accessibly, $name", async ({ name, dark, width, locale }) => {
    const page = await waiting({ minutes: 7, locale, options: { dark, width, height: 760, reducedMotion: true } });
    await page.locator(".waiting-choices button").nth(1).click();
    await page.locator("#waiting-address").waitFor();
    await screenshot(page, `waiting-${name}`);
    expect(await axeFindings(page)).toEqual([]);
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
  });
});
