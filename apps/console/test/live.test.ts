import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { FakeApi } from "./fake-contract.js";
import { type Row, sessionRow } from "./rows.js";
import { consoleBench, expectGoodLooks, skipBrowser } from "./setup.js";

const bench = consoleBench();
const PATH = "/console/sessions/text_live";
const at = "2026-11-21T10:00:00.000Z";
const prepare = (api: FakeApi): void => {
  api.sessions = [sessionRow({ session_id: "text_live" })];
};
const said = (turn: number, role: string, content: string, more: Row = {}): Row => ({
  ...{ turn_id: `c.${turn}`, role, part: 0, content, node_name: role === "user" ? null : "Greeting", created_at: at },
  ...more,
});
const delta = (turn: number, place: number, words: string): Row => ({
  ...{ turn_id: `c.${turn}`, attempt: 1, part: 0, at: place, text: words },
});
const spoken = (page: Page): Promise<string[]> => page.getByRole("log").locator("[data-words]").allInnerTexts();
const facts = (page: Page) => page.getByRole("complementary", { name: "Facts" });
const watching = async (page: Page): Promise<void> => page.getByText("Live", { exact: true }).waitFor();

/** One message of the visitor and the answer to it, up to before the answer is whole. */
async function begin(page: Page): Promise<void> {
  const { live } = bench.api();
  await watching(page);
  live.hint("typing", { who: "visitor", active: true });
  await page.getByText("The visitor is typing…").waitFor();
  live.tell("message", said(9, "user", "What does it cost?"));
  live.hint("status", { turn_id: "c.9", label: "Reading the price list" });
  await page.getByText("Reading the price list").waitFor();
  live.hint("message.delta", delta(9, 0, "It costs "));
  live.hint("message.delta", delta(9, 9, "nine euros"));
  live.hint("message.delta", delta(9, 9, "nine euros"));
  await page.getByText("It costs nine euros").waitFor();
}

function finish(turn: number): void {
  const { live } = bench.api();
  live.tell("transition", { from_node: "a", to_node: "prices", to_node_name: "Prices" });
  live.tell("message", said(turn, "assistant", "It costs nine euros."));
  live.tell("turn", {
    ...{ turn_id: `c.${turn}`, turn_number: 4, node_id: "prices", node_name: "Prices", created_at: at },
    ...{ message_count: 4, remaining_messages: 96, variables: { topic: "<b>price</b>" } },
    totals: { input_tokens: 2_400, output_tokens: 400, cost: 0.0091 },
  });
}

describe.skipIf(skipBrowser)("watching a session", () => {
  it("shows messages live, then node, data and spend", async () => {
    const page = await bench.open(PATH, { prepare });
    await page.getByText("$0.0042").waitFor();
    await begin(page);
    await expect.poll(() => page.getByText("The visitor is typing…").count()).toBe(0);
    finish(9);
    await page.getByText("$0.0091").waitFor();
    await page.getByText("2,400 tokens in, 400 out").waitFor();
    await page.getByText("<b>price</b>").waitFor();
    await facts(page).getByText("Prices").waitFor();
    await page.getByText("4 (96 left)").waitFor();
    expect((await spoken(page)).slice(-2)).toEqual(["What does it cost?", "It costs nine euros."]);
    await expect.poll(() => page.getByText("is writing…").count()).toBe(0);
    bench.api().live.tell("assignment", { state: "assigned", name: "Mira" });
    bench.api().live.tell("message", said(10, "assistant", "Mira here.", { author: "human", author_name: "Mira" }));
    await page.getByText("Mira has it").waitFor();
    await page.locator("[data-by]").getByText("Mira", { exact: true }).waitFor();
  });

  it("says how long a visitor waits for a person, on the session, in the list and on the overview, and not that somebody has it", async () => {
    const waiting_since = new Date(Date.now() - 6.5 * 60_000).toISOString();
    const page = await bench.open(PATH, {
      prepare: (api) => {
        api.sessions = [sessionRow({ session_id: "text_live", handled_by: "human", waiting_since })];
      },
    });
    await watching(page);
    await facts(page).getByText("Waiting for a person, 6 min").waitFor();
    await expect.poll(() => page.getByText("has it").count()).toBe(0);
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByRole("heading", { name: "1 visitor waits for a person" }).waitFor();
    await page.goto(`${bench.api().url}/console/sessions`);
    await page.getByRole("row").getByText("Waiting for a person, 6 min").waitFor();
    await page.goto(`${bench.api().url}${PATH}`);
    await watching(page);
    bench.api().live.tell("escalation", { state: "assigned", reason: null });
    bench.api().live.tell("assignment", { state: "assigned", name: null });
    await page.getByText("A person has it").waitFor();
    await expect.poll(() => page.getByText("Waiting for a person").count()).toBe(0);
  });

  it("says when it is disconnected, and continues after the last event without duplicates", async () => {
    const page = await bench.open(PATH, { prepare });
    await begin(page);
    const { live } = bench.api();
    // Away until it was seen: a slow reader would miss the moment between two streams.
    live.away = true;
    live.cut();
    await page.getByText("Reconnecting…").waitFor();
    live.away = false;
    finish(9);
    await page.getByText("It costs nine euros.").waitFor();
    await watching(page);
    expect(live.openings).toEqual([undefined, "1-1"]);
    live.cut();
    live.tell("message", said(10, "user", "Thank you"));
    await page.getByText("Thank you", { exact: true }).waitFor();
    expect((await spoken(page)).slice(-3)).toEqual(["What does it cost?", "It costs nine euros.", "Thank you"]);
  });

  it("becomes the record of the session when that ends, and stops requesting", async () => {
    const page = await bench.open(PATH, { prepare });
    await begin(page);
    finish(9);
    const { live, sessions } = bench.api();
    Object.assign(sessions[0] ?? {}, { status: "completed", ended_at: at, end_reason: "workflow_ended" });
    live.tell("session_ended", { reason: "workflow_ended", status: "completed" });
    await page.getByText("the workflow came to its end").waitFor();
    await expect.poll(() => page.getByText("Live", { exact: true }).count()).toBe(0);
    await expect.poll(() => page.getByRole("button", { name: "End the session" }).count()).toBe(0);
    expect((await spoken(page)).at(-1)).toBe("It costs nine euros.");
    expect(live.openings).toHaveLength(1);
  });

  it("shows a viewer, who may not read transcripts, the conversation from its beginning", async () => {
    const page = await bench.open(PATH, {
      prepare: (api) => {
        prepare(api);
        api.refuse["GET /sessions/:/transcript"] = { status: 403, code: "forbidden", detail: "Not for your role." };
        api.live.tell("message", said(1, "assistant", "Welcome."));
      },
    });
    await page.getByText("Welcome.").waitFor();
    await expect.poll(() => page.getByText("Not for your role.").count()).toBe(0);
  });

  it("says when the content of a session was removed, and requests none of it", async () => {
    const purged = {
      ...{ status: "completed", ended_at: at, end_reason: "idle", purged_at: "2026-03-04T05:06:07Z" },
      ...{ collected_data: {}, usage: { input_tokens: 1_200, output_tokens: 34, cost: 0.25 } },
    };
    const page = await bench.open("/console/sessions", {
      prepare: (api) => {
        prepare(api);
        Object.assign(api.sessions[0] ?? {}, purged);
        api.sessions.push(sessionRow({ session_id: "text_kept" }));
      },
    });
    const rows = page.getByRole("grid", { name: "Sessions" }).getByRole("row");
    const [removed, kept] = [rows.nth(1), rows.nth(2)];
    await removed.getByText("Content removed", { exact: true }).waitFor();
    await expect.poll(() => removed.textContent()).toMatch(/Content removed .*4.*2026/);
    await expect.poll(() => kept.textContent()).not.toMatch(/content removed/i);

    await removed.getByRole("link").click();
    await page.getByRole("heading", { name: "Content removed" }).waitFor();
    await expect.poll(() => page.getByRole("main").textContent()).toContain("4 Mar 2026");
    await expect.poll(() => facts(page).textContent()).toMatch(/1,200 tokens in, 34 out.*Content removed4 Mar 2026/);
    await expect.poll(() => page.getByText(/Nothing (was said|collected) yet/).count()).toBe(0);
    const asked = bench.api().seen.map(({ call }) => call);
    expect(asked).not.toContain("GET /sessions/:/transcript");
    expect(asked).not.toContain("GET /sessions/:/live");
  });

  it("says that it is not live when it may not be watched", async () => {
    const page = await bench.open(PATH, {
      prepare: (api) => {
        prepare(api);
        api.refuse["GET /sessions/:/live"] = { status: 403, code: "forbidden", detail: "No." };
      },
    });
    await page.getByText("Not live").waitFor();
    await page.getByText("Thank you, Ada!").waitFor();
  });

  it("finds the sessions of a person, and keeps the filter in the address", async () => {
    const page = await bench.open("/console/sessions", { prepare });
    // Asked for once more when the stream of facts stands.
    const asked = (): (string | null)[] => [
      ...new Set(
        bench.api().seen.flatMap(({ call, query }) => (call === "GET /sessions" ? [query.get("participant")] : [])),
      ),
    ];
    const filters = page.getByRole("button", { name: /^More filters/ });
    await expect.poll(asked).toEqual([null]);
    await filters.click();
    await page.getByLabel("Person", { exact: true }).fill(" Ada@example.com ");
    await expect.poll(asked).toEqual([null, "Ada@example.com"]);
    await expect.poll(() => new URL(page.url()).searchParams.get("person")).toBe("Ada@example.com");
    await page.reload();
    await filters.click();
    await expect.poll(() => page.getByLabel("Person", { exact: true }).inputValue()).toBe("Ada@example.com");
  });

  it("is accessible and fits while live, wide and light, narrow and dark", async () => {
    const page = await bench.open(PATH, { prepare, reducedMotion: true });
    await begin(page);
    await expectGoodLooks(page, "session-live", { shown: page.getByText("is writing…") });
    await page.goto(`${bench.api().url}/console/sessions`);
    await page.getByRole("button", { name: "More filters" }).click();
    await expectGoodLooks(page, "sessions-person", { shown: page.getByLabel("Person", { exact: true }) });
  });
});
