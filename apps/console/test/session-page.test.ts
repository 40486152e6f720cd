import { describe, expect, it } from "vitest";
import type { FakeApi } from "./fake-contract.js";
import { escalationRow } from "./fake-inbox.js";
import { tracedRow } from "./fake-trace.js";
import { sessionRow } from "./rows.js";
import { consoleBench, expectGoodLooks, skipBrowser } from "./setup.js";

const bench = consoleBench();
const PATH = "/console/sessions/text_live";
const at = (time: string): string => `2026-01-01T${time}.000Z`;
const prepare = (api: FakeApi): void => {
  const rated = { rating: 2, text: "Too slow", created_at: at("10:09:00"), updated_at: at("10:09:00") };
  api.sessions = [
    sessionRow({
      session_id: "text_live",
      feedback: rated,
      participant: { name: "Ada Lovelace", email: "ada@example.com" },
    }),
  ];
  api.escalations = [
    escalationRow({
      ...{ status: "resolved", outcome: "handed_back", summary: "Bill explained", assigned_name: "Grace" },
      ...{ created_at: at("10:05:00"), assigned_at: at("10:06:00"), resolved_at: at("10:08:00") },
    }),
  ];
  api.traced = [tracedRow(1, {}), tracedRow(2, {})];
};
const sent = (call: string) => bench.api().seen.filter((one) => one.call === call);

describe.skipIf(skipBrowser)("the page of a session", () => {
  it("shows among the messages when a person was requested, joined and left, and the visitor's rating", async () => {
    const page = await bench.open(PATH, { prepare });
    const log = page.getByRole("log");
    await log.getByText("Bill explained").waitFor();
    bench.api().live.tell("message", {
      ...{ turn_id: "c.1", role: "user", part: 0, content: "And now?", created_at: at("10:07:00") },
    });
    await log.getByText("And now?").waitFor();
    const lines = (await log.getByRole("listitem").allInnerTexts()).map((line) => line.replaceAll(/\s+/g, " "));
    const order = [
      "Thank you, Ada!",
      "asked for a person",
      "Grace took over",
      "And now?",
      "Handed back",
      "rated the conversation 2 of 5",
    ];
    const places = order.map((words) => lines.findIndex((line) => line.includes(words)));
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(places).not.toContain(-1);
    await page.getByRole("heading", { name: "Ada Lovelace with Clinic Desk" }).waitFor();
    await expect.poll(() => page.getByRole("complementary", { name: "Facts" }).innerText()).toContain("Too slow");
  });

  it("expands the trace of a turn below its message, fetched once", async () => {
    const page = await bench.open(PATH, { prepare });
    for (const turn of [1, 2]) {
      const words = {
        turn_id: `c.${turn}`,
        role: "user",
        part: 0,
        content: `Question ${turn}`,
        created_at: at("10:10:00"),
      };
      bench.api().live.tell("message", words);
    }
    const asked = page.getByRole("log").getByRole("listitem").filter({ hasText: "Question 2" });
    expect(sent("GET /sessions/:/trace")).toEqual([]);
    await asked.getByRole("button", { name: "Why" }).click();
    await asked.getByText("contains:price").waitFor();
    await asked.getByText("prices.md, passage 1").waitFor();
    await page.getByRole("log").getByRole("listitem").filter({ hasText: "Question 1" }).getByRole("button").click();
    await expect.poll(() => page.getByText("contains:price").count()).toBeGreaterThan(1);
    expect(sent("GET /sessions/:/trace")).toHaveLength(1);
    const [first, last] = [
      asked.getByText("The prompt that was sent").first(),
      asked.getByText("The prompt that was sent").last(),
    ];
    await first.click();
    await asked.getByRole("list", { name: "Prompt" }).getByText("You greet <b>people</b>.").waitFor();
    await asked.getByText("word for word", { exact: true }).waitFor();
    await last.click();
    await asked.getByText("It cannot be reconstructed from stored data.").waitFor();
    expect(sent("GET /sessions/:/trace").map(({ query }) => query.get("prompts"))).toEqual([null, "true"]);
  });

  it("grants more time, and creates a test in one's own draft", async () => {
    const page = await bench.open(PATH, { prepare });
    await page.getByRole("button", { name: "Extend" }).click();
    await page.getByRole("menuitem", { name: "An hour" }).click();
    await page.getByText("It may go on for an hour more.").waitFor();
    expect(sent("POST /sessions/:/extend")[0]?.body).toEqual({ minutes: 60 });
    await page.getByRole("button", { name: "Make a test of it" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("What the API answered is not repeated.").waitFor();
    await dialog.getByRole("button", { name: "Add to my draft" }).click();
    await page.getByText("Your draft of the agent has the test.").waitFor();
    expect(sent("PUT /agents/:/drafts/:").map(({ body }) => body.text)).toEqual([
      expect.stringMatching(/tests:\n\s+- name: text_live/),
    ]);
  });

  it("creates a link for the person of the conversation, which references it", async () => {
    const page = await bench.open(PATH, { prepare });
    await page.getByRole("link", { name: "Make a link" }).click();
    await page.getByLabel("Title").fill("Your follow-up");
    await page.getByRole("button", { name: "Create the link" }).click();
    await page.getByText("Copy the address now").waitFor();
    expect(sent("POST /agents/:/public-links").map(({ body }) => body)).toEqual([
      expect.objectContaining({ title: "Your follow-up", max_sessions: 1, source_session_id: "text_live" }),
    ]);
  });

  it("is accessible and fits, wide and light, narrow and dark", async () => {
    const page = await bench.open(PATH, { prepare, reducedMotion: true });
    await expectGoodLooks(page, "session-page", { shown: page.getByRole("log").getByText("Bill explained") });
  });
});
