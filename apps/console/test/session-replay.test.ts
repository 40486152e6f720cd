import { describe, expect, it } from "vitest";
import type { FakeApi } from "./fake-contract.js";
import { tracedRow } from "./fake-trace.js";
import { sessionRow } from "./rows.js";
import { consoleBench, expectGoodLooks, skipBrowser } from "./setup.js";

const bench = consoleBench();
const PATH = "/console/sessions/text_live";
const prepare = (api: FakeApi): void => {
  api.sessions = [sessionRow({ session_id: "text_live", ended_at: "2026-01-01T11:00:00.000Z", status: "completed" })];
  const moved = {
    from_node: "greet",
    from_node_name: null,
    to_node: "bye",
    to_node_name: null,
    condition: "contains:bye",
  };
  api.traced = [
    tracedRow(1, { kind: "open", nodes: ["greet"], transitions: [] }),
    tracedRow(2, { nodes: ["greet"], transitions: [] }),
    tracedRow(3, { nodes: ["greet", "bye"], transitions: [moved] }),
  ];
};
const sent = (call: string) => bench.api().seen.filter((one) => one.call === call);

describe.skipIf(skipBrowser)("a session against another version", () => {
  it("runs on request against the draft or a version, and marks the first divergence", async () => {
    const page = await bench.open(PATH, { prepare });
    await page.getByRole("link", { name: "Replay" }).click();
    await page.getByText("Not replayed yet").waitFor();
    expect(sent("POST /sessions/:/replay")).toEqual([]);
    await page.getByRole("button", { name: "Replay" }).click();
    await page.getByText("It differs from turn 2 on.").waitFor();
    expect(sent("POST /sessions/:/replay")[0]?.body).toEqual({ document: expect.stringContaining("Nora") });
    const turns = page.getByRole("list", { name: "Both conversations" }).locator(":scope > li");
    await expect.poll(() => turns.count()).toBe(3);
    const marked = turns.filter({ hasText: "first divergence" });
    await expect.poll(() => marked.count()).toBe(1);
    await marked.getByText("<b>Hi</b>").waitFor();
    await marked.getByRole("group", { name: "Then, version 2" }).getByText("webhook: https://x.example").waitFor();
    await marked.getByRole("group", { name: "Your draft" }).getByText("greet → bye").waitFor();
    await turns.last().getByText("It did not reach this turn.").waitFor();
    await page.getByText("The conversation has ended in turn 2").waitFor();
    await page.getByLabel("Against").click();
    await page.getByRole("option").last().click();
    await page.getByRole("button", { name: "Replay" }).click();
    await expect.poll(() => sent("POST /sessions/:/replay").at(-1)?.body).toEqual({ version: expect.any(Number) });
  });

  it("shows why it was refused", async () => {
    const page = await bench.open(`${PATH}/replay`, { prepare });
    bench.api().refuse["POST /sessions/:/replay"] = { status: 429, code: "rate_limited", detail: "Too many calls." };
    await page.getByRole("button", { name: "Replay" }).click();
    await page.getByText("Too many calls.").waitFor();
  });

  it("is accessible and fits, wide and light, narrow and dark", async () => {
    const page = await bench.open(`${PATH}/replay`, { prepare, reducedMotion: true });
    await page.getByRole("button", { name: "Replay" }).click();
    await expectGoodLooks(page, "session-replay", { shown: page.getByText("first divergence") });
  });
});

describe.skipIf(skipBrowser)("the path of a session in the flow", () => {
  it("shows nodes, order and end, accessible and fitting, wide and light, narrow and dark", async () => {
    const page = await bench.open(PATH, { prepare, reducedMotion: true });
    await page.getByRole("link", { name: "Show in the flow" }).click();
    await page.getByText("2 nodes in 2 steps").waitFor();
    const way = page.getByRole("list", { name: "The way" }).getByRole("listitem");
    await expect
      .poll(() => way.allTextContents())
      .toEqual([
        expect.stringMatching(/^1greetturn 1$/),
        expect.stringMatching(/^2byeturn 3, contains:byeended here$/),
      ]);
    const shown = page.getByRole("button", { name: "bye, End, Step 2, ended here" });
    // A node of the graph is named by its title; the rule wants all of its words in the name.
    const isExempt = (finding: string) => /mismatch: <div class="react-flow__node/.test(finding);
    await expectGoodLooks(page, "session-flow", { shown, isExempt });
  });
});
