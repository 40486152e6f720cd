import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { FakeApi } from "./fake-contract.js";
import { AGENT_ID, LINK_ID, sessionRow } from "./rows.js";
import { consoleBench, sidewaysOverflow, skipBrowser } from "./setup.js";

const bench = consoleBench();
const calls = (name: string) => bench.api().seen.filter(({ call }) => call === name);
const path = (page: { url(): string }): string => new URL(page.url()).pathname;

/** Four sessions, two of which went badly. */
const mixed = (api: FakeApi): void => {
  const [went_badly, fine] = [true, false];
  api.sessions = [
    sessionRow({ session_id: "text_1", title: "The price was wrong", went_badly, rating: 1, thumbs_down: 2 }),
    sessionRow({ session_id: "text_2", title: "Thank you so much", went_badly: fine, rating: 5 }),
    sessionRow({ session_id: "text_3", title: "Nobody answered me", went_badly, rating: null }),
    sessionRow({ session_id: "text_4", title: "Good morning", went_badly: fine }),
  ];
};

describe.skipIf(skipBrowser)("sessions as triage", () => {
  it("shows failed sessions by one view, steps through them with j and k, and saves exactly those", async () => {
    const page = await bench.open("/console/sessions", { prepare: mixed });
    await page.getByText("4 rows").waitFor();
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("button", { name: "Went badly" }).click();
    await page.getByText("2 rows").waitFor();
    await expect.poll(() => new URL(page.url()).search).toBe("?went_badly=true");
    const panel = page.getByRole("complementary");
    await page.getByRole("row", { name: "The price was wrong" }).getByText("1 of 5").click();
    await panel.getByRole("heading", { name: "The price was wrong" }).waitFor();
    await panel.getByText("1 of 5, 2 down").waitFor();
    await panel.getByText("What can I do for you?").waitFor();
    await page.keyboard.press("j");
    await panel.getByRole("heading", { name: "Nobody answered me" }).waitFor();
    await page.keyboard.press("k");
    await panel.getByRole("heading", { name: "The price was wrong" }).waitFor();
    await page.keyboard.press("Escape");
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "CSV" }).click(),
    ]);
    expect(file.suggestedFilename()).toBe("sessions.csv");
    expect(await readFile(await file.path(), "utf8")).toBe("session_id\r\ntext_1\r\ntext_3");
  });

  it("passes every filter and sort order to the server by the server's names", async () => {
    const words =
      "text=price&status=waiting&agent=a&days=2026-11-01..2026-11-02&link=l&person=ada&rating=2&thumbs=down" +
      "&failed=true&escalated=true&node=greet&cost=0.5&sort=-cost";
    const page = await bench.open(`/console/sessions?${words}`, { prepare: mixed });
    await page.getByText("Nothing matches these filters").waitFor();
    const [asked] = calls("GET /sessions");
    expect(Object.fromEntries(asked?.query ?? [])).toEqual({
      ...{ text: "price", state: "waiting", agent_id: "a", link_id: "l", participant: "ada", rating_max: "2" },
      ...{ thumbs: "down", failed: "true", escalated: "true", node: "greet", cost_min: "0.5", sort: "cost" },
      ...{ from: "2026-11-01", to: "2026-11-03", limit: "50" },
    });
    await page.getByRole("button", { name: "One link only" }).click();
    await expect.poll(() => new URL(page.url()).searchParams.has("link")).toBe(false);
  });

  it("shows a new session when the stream tells of it", async () => {
    const page = await bench.open("/console/sessions", { prepare: mixed });
    await page.getByText("4 rows").waitFor();
    await expect.poll(() => calls("GET /events").length).toBe(1);
    bench.api().sessions.unshift(sessionRow({ session_id: "text_new", title: "Is anybody there?" }));
    bench.api().live.happen("session.started", { session_id: "text_new" });
    await page.getByRole("link", { name: "Is anybody there?" }).waitFor();
  });

  it("offers viewers no text search", async () => {
    const page = await bench.open("/console/sessions", {
      prepare: (api) => {
        mixed(api);
        api.who = { ...api.who, role: "viewer" };
        for (const row of api.sessions) row.title = null;
      },
    });
    await page.getByRole("link", { name: "Session …text_1" }).waitFor();
    await page.getByRole("combobox", { name: "Status" }).waitFor();
    await expect.poll(() => page.getByLabel("Words in messages").count()).toBe(0);
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByText("Only operators and above can read the messages.").waitFor();
    expect(calls("GET /sessions/:/transcript")).toEqual([]);
  });
});

describe.skipIf(skipBrowser)("the overview", () => {
  const played = (api: FakeApi): void => {
    api.demoWeek = { state: "played", sessions: 70, links: [{ agent: "support", id: LINK_ID }] };
  };

  it("shows what needs attention, and links to it", async () => {
    const page = await bench.open("/console");
    await page.getByText("All is well.").waitFor();
    bench.api().system = { dead_letters: 3, webhooks_failing: 1 };
    Object.assign(bench.api().sessions[0] ?? {}, { waiting_since: new Date().toISOString() });
    await expect.poll(() => calls("GET /events").length).toBe(1);
    bench.api().live.happen("escalation.created");
    await page.getByText("Needs a look: people wait, the system reports trouble.").waitFor();
    await page.getByText("3 to replay").waitFor();
    await page.getByRole("link", { name: "1 failing" }).waitFor();
    await page.getByRole("link", { name: "Waiting for a person" }).click();
    await page.getByRole("heading", { name: "Sessions", level: 1 }).waitFor();
    await expect.poll(() => new URL(page.url()).search).toBe("?status=waiting");
  });

  it("removes the sample conversations after a warning of what is deleted", async () => {
    const page = await bench.open("/console", { prepare: played });
    await page.getByRole("button", { name: "Remove them…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("70 sessions, with what was said").waitFor();
    expect(calls("DELETE /demo-week")).toEqual([]);
    await dialog.getByRole("button", { name: "Remove", exact: true }).click();
    await page.getByText("70 made-up sessions removed.").waitFor();
    await expect.poll(() => page.getByText("Sample conversations").count()).toBe(0);
    expect(calls("DELETE /demo-week")).toHaveLength(1);
  });

  it("offers that to admins only", async () => {
    const page = await bench.open("/console", {
      prepare: (api) => {
        played(api);
        api.who = { ...api.who, role: "operator" };
      },
    });
    await page.getByText("An admin can remove them.").waitFor();
    await expect.poll(() => page.getByRole("button", { name: "Remove them…" }).count()).toBe(0);
  });
});

describe.skipIf(skipBrowser)("analytics", () => {
  it("keeps its filters in the URL and queries with them, and offers each chart as a table and a file", async () => {
    const page = await bench.open(`/console/analytics?days=7&channel=widget`);
    await page.getByRole("combobox", { name: "Agent" }).click();
    await page.getByRole("option", { name: "Clinic Desk" }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get("agent")).toBe(AGENT_ID);
    const about = { agent: AGENT_ID, channel: "widget", days: "7", by: "day" };
    await expect
      .poll(() => calls("GET /analytics/:").map(({ query }) => Object.fromEntries(query)))
      .toContainEqual(about);
    const chart = page.getByRole("figure", { name: "Cost by day" });
    await chart.getByRole("button", { name: "Show as table" }).click();
    await expect.poll(() => chart.getByRole("row").count()).toBe(8);
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      chart.getByRole("button", { name: "Download Cost by day as CSV" }).click(),
    ]);
    expect(await readFile(await file.path(), "utf8")).toMatch(/^Day,Cost\r\n[^\r]+,0\.0325\r\n/);
    for (const [name, row] of [
      ["Sentiment by day", ["5", "2", "1"]],
      ["Sessions that asked for a person", ["9.7%"]],
    ] as const) {
      const figure = page.getByRole("figure", { name });
      await figure.getByRole("button", { name: "Show as table" }).click();
      await expect.poll(() => figure.getByRole("row").nth(1).getByRole("cell").allInnerTexts()).toEqual(row);
    }
  });
});

describe.skipIf(skipBrowser)("the shell", () => {
  it("navigates by keyboard and by the buttons for search and shortcuts", async () => {
    const page = await bench.open("/console");
    await page.getByText("Latest sessions").waitFor();
    for (const [keys, to] of [
      ["gi", "/console/inbox"],
      ["gs", "/console/sessions"],
      ["ga", "/console/agents"],
      ["gl", "/console/links"],
      ["go", "/console"],
    ] as const) {
      for (const key of keys) await page.keyboard.press(key);
      await expect.poll(() => path(page).replace(/\/$/, "")).toBe(to);
    }
    await page.getByRole("button", { name: "Shortcuts" }).click();
    await page.getByRole("dialog").getByText("Commands and search").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Go to" }).click();
    await page.getByRole("combobox").fill("analy");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Analytics", level: 1 }).waitFor();
  });

  it("has its pages behind a menu on a phone", async () => {
    const page = await bench.open("/console", { width: 360, height: 720 });
    await page.getByText("Latest sessions").waitFor();
    const agents = page.getByRole("link", { name: "Agents" });
    await expect.poll(() => agents.isVisible()).toBe(false);
    await page.getByRole("button", { name: "Menu" }).click();
    await page.getByRole("button", { name: /^Account/ }).waitFor();
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
    await agents.click();
    await page.getByRole("heading", { name: "Agents", level: 1 }).waitFor();
    await expect.poll(() => agents.isVisible()).toBe(false);
  });
});
