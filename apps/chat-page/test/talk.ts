import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { FakeSession, FakeTurn } from "./fake-session.js";
import type { Bench } from "./setup.js";

export const field = (page: Page): Locator => page.locator("textarea#compose");
export const answers = (page: Page): Locator => page.locator(".message.agent .prose");
export const own = (page: Page): Locator => page.locator(".message.own .bubble");
export const log = (page: Page): Locator => page.getByRole("log");

export async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press("Enter");
}

/** The session the page has made, as soon as it is there. */
export async function sessionOf(bench: Bench): Promise<FakeSession> {
  await expect.poll(() => bench.api().session).not.toBeNull();
  const made = bench.api().session;
  if (!made) throw new Error("no session");
  return made;
}

/** Turn number `number` of the session, as soon as its message has arrived. */
export async function nextTurn(made: FakeSession, number = 1): Promise<FakeTurn> {
  await expect.poll(() => made.turns.length).toBeGreaterThanOrEqual(number);
  const turn = made.turns[number - 1];
  if (!turn) throw new Error("no turn");
  return turn;
}
