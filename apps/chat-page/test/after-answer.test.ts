import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { FakeSession } from "./fake-session.js";
import { axeFindings, screenshot, sidewaysOverflow, skipBrowser, useBench } from "./setup.js";
import { answers, field, nextTurn, own, say, sessionOf } from "./talk.js";

const bench = useBench();
const ANSWER = `# Prices
## By item

| Item | Price | Note |
|---|---:|:---:|
| Check-up | 40.00 | ok |
| Vaccination | 9.50 | ok |

\`\`\`sh
curl https://clinic.example
\`\`\``;

/** A talk of one question and its answer. */
async function talk(page: Page, answer = "At eight."): Promise<FakeSession> {
  const made = await sessionOf(bench);
  await say(page, "When do you open?");
  made.finish((await nextTurn(made)).turnId, answer);
  await expect.poll(() => answers(page).count()).toBe(1);
  return made;
}
const withAll = (api: ReturnType<typeof bench.api>): void => {
  api.link.features = { stop: true, feedback: true, ratings: true };
};

describe.skipIf(skipBrowser)("an answer", () => {
  it.each([
    ["light", { width: 900 }],
    ["narrow", { width: 360, dark: true }],
    ["rtl", { width: 360, locale: "ar" }],
  ])("shows headings by their rank, numbers on their side and code to copy: %s", async (name, options) => {
    const page = await bench.open({ ...options, reducedMotion: true }, withAll);
    await talk(page, ANSWER);
    const size = (tag: string) => page.locator(`.prose ${tag}`).evaluate((node) => getComputedStyle(node).fontSize);
    expect([await size("h3"), await size("h4")]).toEqual(["20px", "18px"]);
    const aligned = page
      .locator(".prose td")
      .evaluateAll((cells) => cells.map((cell) => getComputedStyle(cell).textAlign));
    expect((await aligned).slice(0, 3)).toEqual(["start", "end", "center"]);
    await page.locator(".copy-code").click();
    await page.locator(".copy-code", { hasText: /Copied|تم/ }).waitFor();
    await expect.poll(() => page.evaluate("navigator.clipboard.readText()")).toBe("curl https://clinic.example");
    expect(await axeFindings(page)).toEqual([]);
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
    await screenshot(page, `answer-${name}`);
  });

  it("that was poor is asked about; the owner reads why", async () => {
    const page = await bench.open({ width: 360, reducedMotion: true }, withAll);
    await talk(page);
    await page.getByRole("button", { name: "Poor answer" }).click();
    await page
      .getByRole("group", { name: "What was wrong?" })
      .getByRole("button", { name: "Missed my question" })
      .click();
    await page.getByText("Thank you for your rating.").waitFor();
    await expect
      .poll(() => bench.api().thumbs)
      .toEqual([
        { message: "text_1.1.0", rating: "down" },
        { message: "text_1.1.0", rating: "down", text: "Missed the question" },
      ]);
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, "answer-reasons");
    await page.getByRole("button", { name: "Poor answer" }).click();
    await expect.poll(() => page.getByRole("group", { name: "What was wrong?" }).count()).toBe(0);
  });

  it("that was stopped can be asked for again, once for each press", async () => {
    const page = await bench.open({}, withAll);
    const made = await sessionOf(bench);
    await say(page, "Tell me all");
    const { turnId } = await nextTurn(made);
    made.delta(turnId, 0, "Once ");
    await page.getByRole("button", { name: "Stop this answer" }).click();
    await expect.poll(() => page.evaluate("document.activeElement?.id")).toBe("compose");
    made.stop(turnId, "Once ");
    await page.getByRole("button", { name: "Try again" }).click();
    const second = await nextTurn(made, 2);
    expect(second.text).toBe("Tell me all");
    await expect.poll(() => page.getByRole("button", { name: "Try again" }).count()).toBe(0);
    made.finish(second.turnId, "Once upon a time.");
    await expect.poll(() => answers(page).last().innerText()).toBe("Once upon a time.");
    expect(bench.api().posts.map(({ clientMessageId }) => clientMessageId)).toHaveLength(2);
    expect(new Set(bench.api().posts.map(({ clientMessageId }) => clientMessageId)).size).toBe(2);
  });

  it("to words that were meant otherwise: they come back to be changed, and go out as another message", async () => {
    const page = await bench.open({}, withAll);
    const made = await talk(page);
    await own(page).hover();
    await page.getByRole("button", { name: "Edit" }).click();
    await expect.poll(() => field(page).inputValue()).toBe("When do you open?");
    await expect.poll(() => page.evaluate("document.activeElement?.id")).toBe("compose");
    await page.keyboard.press("End");
    await page.keyboard.type(" On Sunday?");
    await page.keyboard.press("Enter");
    expect((await nextTurn(made, 2)).text).toBe("When do you open? On Sunday?");
    await expect.poll(() => own(page).allInnerTexts()).toEqual(["When do you open?", "When do you open? On Sunday?"]);
    await expect.poll(() => page.getByRole("button", { name: "Edit" }).count()).toBe(0);
  });

  it("stays with the visitor: the whole conversation is a file to take away", async () => {
    const page = await bench.open({ reducedMotion: true }, withAll);
    const made = await talk(page, "At **eight**.");
    made.end("idle_timeout");
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save this conversation" }).click();
    const file = await saved;
    expect(file.suggestedFilename()).toBe("Clinic desk.txt");
    const text = readFileSync(await file.path(), "utf8");
    expect(text).toMatch(/^Clinic desk\n\nYou \(.+\):\nWhen do you open\?\n\nIvy \(.+\):\nAt \*\*eight\*\*\.\n$/);
    await page.getByRole("radio", { name: "Very good" }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, "ended-faces");
  });

  it("comes from somebody: the page says who runs it and where to read about privacy", async () => {
    const page = await bench.open({ width: 360 }, (api) => {
      api.link.branding = { operator: "Clinic Example Ltd", privacy_url: "https://clinic.example/privacy" };
    });
    await page.getByText("This chat is run by Clinic Example Ltd.").waitFor();
    const privacy = page.getByRole("link", { name: "Privacy" });
    await expect.poll(() => privacy.getAttribute("href")).toBe("https://clinic.example/privacy");
    await expect.poll(() => privacy.getAttribute("rel")).toContain("noreferrer");
    await screenshot(page, "operator");
  });

  it("of several parts: they stand close together", async () => {
    const page = await bench.open({}, withAll);
    const made = await sessionOf(bench);
    made.greet("One.", "Two.");
    await expect.poll(() => answers(page).count()).toBe(2);
    const box = async (index: number) => answers(page).nth(index).boundingBox();
    const [first, second] = [await box(0), await box(1)];
    if (!first || !second) throw new Error("not shown");
    expect(second.y - first.y - first.height).toBeLessThanOrEqual(14);
    await screenshot(page, "parts");
  });
});
