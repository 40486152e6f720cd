import { describe, expect, it } from "vitest";
import { skipBrowser, useBench } from "./setup.js";
import { answers, field, log, say, sessionOf } from "./talk.js";

const bench = useBench();

/** What a model that repeats itself, or was told to, can say within the length of one answer. */
const DEEP: readonly (readonly [name: string, text: string])[] = [
  ["quotes", `${">".repeat(7_000)} deep`],
  ["quotes in lists", `${"> - ".repeat(2_000)}deep`],
  ["numbers", `${"1. ".repeat(3_000)}deep`],
  ["emphasis", `${"**a ".repeat(2_000)}deep${" b**".repeat(2_000)}`],
];

describe.skipIf(skipBrowser)("text that is nested without end", () => {
  it.each(DEEP)("leaves the page whole: %s", async (_name, text) => {
    const page = await bench.open();
    const made = await sessionOf(bench);
    made.greet(text);
    await expect
      .poll(() =>
        answers(page)
          .allInnerTexts()
          .then((all) => all.join()),
      )
      .toContain("deep");
    await expect.poll(() => log(page).innerText()).toContain("deep");
    await say(page, "Are you there?");
    await expect.poll(() => made.turns.length).toBe(1);
    await page.reload();
    await field(page).waitFor();
    await expect.poll(() => answers(page).first().innerText()).toContain("deep");
    await page.getByRole("button", { name: "New conversation" }).click();
    await page.getByRole("dialog").waitFor();
  });

  it("still nests what people nest", async () => {
    const page = await bench.open();
    (await sessionOf(bench)).greet("> one\n>> two\n>>> - three\n>>>   - four");
    await answers(page).locator("blockquote blockquote blockquote ul ul li").waitFor();
  });
});
