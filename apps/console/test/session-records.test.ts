import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { FakeApi } from "./fake-contract.js";
import { tracedRow } from "./fake-trace.js";
import { type Row, sessionRow } from "./rows.js";
import { consoleBench, expectGoodLooks, skipBrowser } from "./setup.js";

const bench = consoleBench();
const PATH = "/console/sessions/text_kept";
const prepare = (api: FakeApi): void => {
  api.sessions = [sessionRow({ session_id: "text_kept" })];
};
const shownTurns = (page: Page) => page.getByRole("list", { name: "Turns" }).locator("> li");

describe.skipIf(skipBrowser)("taking a transcript away", () => {
  it("saves each format under the API's file name, byte for byte, fetched with the token", async () => {
    const page = await bench.open(PATH, { prepare });
    for (const [label, format] of [
      ["JSON", "json"],
      ["CSV", "csv"],
      ["Text", "txt"],
      ["HTML", "html"],
    ] as const) {
      // What is announced goes away again: it is awaited from the click on.
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByText(`The transcript is saved as text_kept.${format}.`).waitFor(),
        page.getByRole("button", { name: `Download as ${label}` }).click(),
      ]);
      expect(download.suggestedFilename()).toBe(`text_kept.${format}`);
      const saved = await readFile(await download.path(), "utf8");
      if (format === "json") expect(JSON.parse(saved).messages).toHaveLength(3);
      else expect(saved).toBe(`${format} of text_kept: Grüße, "Ada"\r\n`);
    }
    const asked = bench.api().seen.filter(({ call }) => call === "GET /sessions/:/transcript");
    expect(asked.map(({ query }) => query.get("format"))).toEqual([null, "json", "csv", "txt", "html"]);
    await expect.poll(() => new URL(page.url()).pathname).toBe(PATH);
  });

  it("shows progress, requests once, and shows an error in the server's words", async () => {
    const page = await bench.open(PATH, { prepare });
    await page.getByText("Thank you, Ada!").waitFor();
    let release: () => void = () => undefined;
    bench.api().hold = new Promise<void>((resolve) => {
      release = resolve;
    });
    const detail = "The content of this session was removed.";
    bench.api().refuse["GET /sessions/:/transcript"] = { status: 410, code: "content_removed", detail };
    const button = page.getByRole("button", { name: "Download as CSV" });
    await button.click();
    await page.getByText("Downloading…").waitFor();
    await button.press("Enter");
    release();
    await page.getByText(detail).waitFor();
    await expect.poll(() => button.textContent()).toBe("CSV");
    const asked = bench.api().seen.filter(({ query }) => query.get("format") === "csv");
    expect(asked).toHaveLength(1);
  });

  it("is offered neither without the right to read transcripts nor when there is no content", async () => {
    const page = await bench.open(PATH, {
      prepare: (api) => {
        prepare(api);
        api.sessions.push(sessionRow({ session_id: "text_gone", purged_at: "2026-03-04T05:06:07Z" }));
        api.refuse["GET /sessions/:/transcript"] = { status: 403, code: "forbidden", detail: "No." };
      },
    });
    await page.getByText("No messages yet").waitFor();
    bench.api().live.tell("message", { turn_id: "c.1", role: "user", part: 0, content: "Hello there" });
    await page.getByText("Hello there").waitFor();
    await expect.poll(() => page.getByRole("button", { name: /^Download/ }).count()).toBe(0);
    await page.goto(`${bench.api().url}/console/sessions/text_gone`);
    await page.getByRole("heading", { name: "Content removed" }).waitFor();
    await expect.poll(() => page.getByRole("button", { name: /^Download/ }).count()).toBe(0);
  });

  it("is accessible and fits, wide and light, narrow and dark", async () => {
    const page = await bench.open(PATH, { prepare, reducedMotion: true });
    await expectGoodLooks(page, "session-downloads", { shown: page.getByRole("button", { name: "Download as HTML" }) });
  });
});

describe.skipIf(skipBrowser)("the trace of a session", () => {
  const traced = (turns: Row[]) => (api: FakeApi) => {
    prepare(api);
    api.traced = turns;
  };
  const asked = () => bench.api().seen.filter(({ call }) => call === "GET /sessions/:/trace");

  it("is fetched only on request, and shows path, conditions, calls, time and cost of a turn as text", async () => {
    const page = await bench.open(PATH, { prepare: traced([tracedRow(1, {})]) });
    const show = page.getByRole("button", { name: "Show the trace" });
    await show.waitFor();
    expect(asked()).toEqual([]);
    await show.click();
    const turn = shownTurns(page);
    await turn.getByText("Turn 1: Message").click();
    const words = (await turn.innerText()).replaceAll(/\s+/g, " ");
    for (const expected of [
      "greet → look_up_the_price 3.3 s 1,200 tokens in, 34 out $0.0021",
      "models 1.6 s APIs 1.2 s learned: visitor_name",
      'contains:price Yes greet → look_up_the_price text = "Hi"',
      "intent:complaint Asked the model greet → human intent = null",
      "max_turns:3 No greet → bye node_turns = 1",
      "Classification in greet gpt-4o-mini 310 ms 1,200 tokens in, 34 out $0.0021",
      "API call api_timeout in look_up_the_price GET without an answer, 3 attempts 1.2 s",
      "Reply in greet gpt-4o-mini 1.2 s 1,200 tokens in, 34 out $0.0021 2 passages found",
      "The variable plan is not set.",
    ])
      expect(words).toContain(expected);
    await page.getByText("Analysis after the end").waitFor();
    await page.getByText("price not known").waitFor();
  });

  it("is loaded page by page, and from the beginning when reopened", async () => {
    const turns = Array.from({ length: 45 }, (_, index) => tracedRow(index + 1, {}));
    const page = await bench.open(PATH, { prepare: traced(turns) });
    await page.getByRole("button", { name: "Show the trace" }).click();
    const more = page.getByRole("button", { name: "Show more turns" });
    await more.click();
    await expect.poll(() => shownTurns(page).count()).toBe(40);
    const api = bench.api();
    api.refuse["GET /sessions/:/trace"] = { status: 503, code: "not_ready", detail: "The service is starting." };
    await more.click();
    await page.getByText("The service is starting.").waitFor();
    await expect.poll(() => shownTurns(page).count()).toBe(40);
    api.refuse = {};
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Turn 45: Message").waitFor();
    await expect.poll(() => shownTurns(page).count()).toBe(45);
    await expect.poll(() => more.count()).toBe(0);
    api.traced = turns.slice(0, 2);
    await page.getByRole("button", { name: "Read it again" }).click();
    await expect.poll(() => shownTurns(page).count()).toBe(2);
    expect(asked().map(({ query }) => query.get("cursor"))).toEqual([null, "20", "40", "40", null]);
  });

  it("says when there is none yet, why it cannot be read, and what is unknown", async () => {
    const page = await bench.open(PATH, { prepare: traced([]) });
    await page.getByRole("button", { name: "Show the trace" }).click();
    await page.getByRole("heading", { name: "No turn yet" }).waitFor();
    const api = bench.api();
    const failed = { status: "failed", error: "model_unavailable", conditions: [], conditions_unknown: true };
    api.traced = [tracedRow(1, { ...failed, calls: [], usage: { input_tokens: 0, output_tokens: 0, cost: 0 } })];
    await page.getByRole("button", { name: "Read it again" }).click();
    // A turn that failed lies open.
    await page.getByText("They cannot be reconstructed").waitFor();
    await page.getByText("It called no model.").waitFor();
    await shownTurns(page).locator("summary").first().getByText("model_unavailable").waitFor();
    const detail = "The content of this session was removed.";
    api.refuse["GET /sessions/:/trace"] = { status: 410, code: "content_removed", detail };
    await page.getByRole("button", { name: "Read it again" }).click();
    await page.getByText(detail).waitFor();
  });

  it("is not offered without the right to read messages", async () => {
    const page = await bench.open(PATH, {
      prepare: (api) => {
        prepare(api);
        api.refuse["GET /sessions/:/transcript"] = { status: 403, code: "forbidden", detail: "No." };
      },
    });
    await page.getByText("No messages yet").waitFor();
    await expect.poll(() => page.getByRole("heading", { name: "Trace" }).count()).toBe(0);
  });

  it("is accessible and fits, wide and light, narrow and dark", async () => {
    const turns = [tracedRow(1, { error: "model_unavailable" }), tracedRow(2, {})];
    const page = await bench.open(PATH, { prepare: traced(turns), reducedMotion: true });
    await page.getByRole("button", { name: "Show the trace" }).click();
    await page.getByText("Turn 2: Message").click();
    await expectGoodLooks(page, "session-trace", { shown: page.getByText("Turn 1: Message") });
  });
});
