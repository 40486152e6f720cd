import { describe, expect, it } from "vitest";
import type { FakeApi } from "./fake-contract.js";
import { sessionRow } from "./rows.js";
import { axeFindings, consoleBench, screenshot, sidewaysOverflow, skipBrowser } from "./setup.js";

const bench = consoleBench();
const ended = { status: "completed", state: "ended", ended_at: "2026-01-01T11:00:00.000Z" };
const prepare = (api: FakeApi): void => {
  api.sessions = [
    sessionRow({ session_id: "text_1", title: "The price was wrong", rating: 1, escalated: true, ...ended }),
    sessionRow({ session_id: "text_2", title: "Thank you so much", sampled: true, ...ended }),
    sessionRow({ session_id: "text_3", title: "Looked at already", review: "good", ...ended }),
  ];
};
const PATH = "/console/agents/clinic-desk/review";
const sent = (call: string) =>
  bench
    .api()
    .seen.filter((one) => one.call === call)
    .map(({ body }) => body);

describe.skipIf(skipBrowser)("the review queue of an agent", () => {
  it("takes a verdict beside the text, and turns a failure into a test in one's own draft", async () => {
    const page = await bench.open(PATH, { prepare });
    const row = page.getByRole("row", { name: /The price was wrong/ });
    await row.getByText("Rated 1 of 5, asked for a person").waitFor();
    await page
      .getByRole("row", { name: /Thank you so much/ })
      .getByText("One of the sample")
      .waitFor();
    await expect.poll(() => page.getByText("Looked at already").count()).toBe(0);
    await row.click();
    await page.getByText("Was it good?").waitFor();
    await page.getByRole("button", { name: "Wrong…" }).click();
    await expect.poll(() => page.getByLabel("Which answer went wrong").innerText()).toContain("3: Thank you, Ada!");
    await page.getByLabel("Expected reply").fill("We open at nine.");
    await page.getByLabel("Note for the team").fill("Read the wrong page.");
    await screenshot(page, "review-wrong");
    await page.getByRole("button", { name: "Save the verdict" }).click();
    await page.getByText("“We open at nine.”").waitFor();
    expect(sent("PUT /sessions/:/review")).toMatchObject([
      { verdict: "wrong", turn: 3, expected: "We open at nine.", note: "Read the wrong page." },
    ]);
    await screenshot(page, "review-given");
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Make a test of it" }).click();
    await page.getByRole("button", { name: "Add to my draft" }).click();
    await page.getByText("Your draft of the agent has the test.").waitFor();
    expect(sent("PUT /agents/:/drafts/:").map(({ text }) => text)).toEqual([
      expect.stringContaining("- name: text_live"),
    ]);
    await expect.poll(() => page.getByRole("dialog", { name: "A test of this session" }).count()).toBe(0);
    await page.keyboard.press("j");
    await page.getByText("Was it good?").waitFor();
    await page.getByRole("button", { name: "Good", exact: true }).click();
    await page.getByRole("button", { name: "Take back" }).waitFor();
    expect(sent("PUT /sessions/:/review").at(-1)).toMatchObject({ verdict: "good", turn: null, expected: null });
    await page.getByRole("button", { name: "Take back" }).click();
    await page.getByText("Was it good?").waitFor();
    expect(sent("DELETE /sessions/:/review")).toHaveLength(1);
  });

  it("removes a row when somebody else reviews it, but an open one only when it is closed", async () => {
    const page = await bench.open(PATH, { prepare });
    const row = (words: RegExp) => page.getByRole("row", { name: words });
    const judge = (id: string): void => {
      const session = bench.api().sessions.find(({ session_id }) => session_id === id);
      Object.assign(session ?? {}, { review: "good" });
      bench.api().live.happen("review.given", { session_id: id });
    };
    await row(/The price was wrong/).click();
    await page.getByText("Was it good?").waitFor();
    judge("text_2");
    await expect.poll(() => row(/Thank you so much/).count()).toBe(0);
    bench.api().sessions.push(sessionRow({ session_id: "text_4", title: "And one more", sampled: true, ...ended }));
    judge("text_1");
    await row(/And one more/).waitFor();
    await expect.poll(() => row(/The price was wrong/).count()).toBe(1);
    await page.keyboard.press("j");
    await page.getByRole("complementary").getByRole("heading", { name: "And one more" }).waitFor();
    await expect.poll(() => row(/The price was wrong/).count()).toBe(0);
  });

  it("shows viewers what is waiting, but neither text nor verdicts", async () => {
    const page = await bench.open(PATH, {
      prepare: (api) => {
        prepare(api);
        api.who.role = "viewer";
      },
      ...{ width: 360, height: 760, dark: true },
    });
    // Beside its title, which is a link.
    await page.getByRole("row", { name: /The price was wrong/ }).click({ position: { x: 4, y: 4 } });
    await page.getByText("Only operators and above can read the messages.").waitFor();
    await expect.poll(() => page.getByText("Was it good?").count()).toBe(0);
    expect(sent("GET /sessions/:/review")).toEqual([]);
    await screenshot(page, "review-narrow-dark");
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
  });
});
