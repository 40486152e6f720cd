import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { axeFindings, screenshot, sidewaysOverflow } from "./browser.js";
import type { FakeApi } from "./fake-api.js";
import { sessionRow } from "./rows.js";
import { skipBrowser, useBench } from "./setup.js";

const bench = useBench();
const PATH = "/console/sessions/text_kept";
const prepare = (api: FakeApi): void => {
  api.sessions = [sessionRow({ session_id: "text_kept" })];
};
const LOOKS = [
  { name: "wide-light", width: 1100, height: 800, dark: false },
  { name: "narrow-dark", width: 360, height: 720, dark: true },
] as const;

describe.skipIf(skipBrowser)("taking a transcript away", () => {
  it("saves each format under the name of the API, byte for byte, fetched with the token", async () => {
    const page = await bench.open(PATH, { prepare });
    for (const [label, format] of [
      ["JSON", "json"],
      ["CSV", "csv"],
      ["Text", "txt"],
      ["HTML", "html"],
    ] as const) {
      const coming = page.waitForEvent("download");
      await page.getByRole("button", { name: `Download as ${label}` }).click();
      const download = await coming;
      expect(download.suggestedFilename()).toBe(`text_kept.${format}`);
      const saved = await readFile(await download.path(), "utf8");
      if (format === "json") expect(JSON.parse(saved).messages).toHaveLength(3);
      else expect(saved).toBe(`${format} of text_kept: Grüße, "Ada"\r\n`);
      await page.getByText(`The transcript is saved as text_kept.${format}.`).waitFor();
    }
    const asked = bench.api().seen.filter(({ call }) => call === "GET /sessions/:/transcript");
    expect(asked.map(({ query }) => query.get("format"))).toEqual([null, "json", "csv", "txt", "html"]);
    expect(new URL(page.url()).pathname).toBe(PATH);
  });

  it("says that it is under way, asks once, and shows a refusal in the server's words", async () => {
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
    expect(await button.textContent()).toBe("CSV");
    const asked = bench.api().seen.filter(({ query }) => query.get("format") === "csv");
    expect(asked).toHaveLength(1);
  });

  it("is offered neither to who may not read transcripts nor where nothing is left or said", async () => {
    const page = await bench.open(PATH, {
      prepare: (api) => {
        prepare(api);
        api.sessions.push(sessionRow({ session_id: "text_gone", purged_at: "2026-03-04T05:06:07Z" }));
        api.refuse["GET /sessions/:/transcript"] = { status: 403, code: "forbidden", detail: "No." };
      },
    });
    await page.getByText("Nothing was said yet").waitFor();
    bench.api().live.tell("message", { turn_id: "c.1", role: "user", part: 0, content: "Hello there" });
    await page.getByText("Hello there").waitFor();
    expect(await page.getByRole("button", { name: /^Download/ }).count()).toBe(0);
    await page.goto(`${bench.api().url}/console/sessions/text_gone`);
    await page.getByRole("heading", { name: "Content removed" }).waitFor();
    expect(await page.getByRole("button", { name: /^Download/ }).count()).toBe(0);
  });

  it.each(LOOKS)("is accessible and fits, $name", async (look) => {
    const page = await bench.open(PATH, { ...look, prepare, reducedMotion: true });
    await page.getByRole("button", { name: "Download as HTML" }).scrollIntoViewIfNeeded();
    await screenshot(page, `session-downloads-${look.name}`);
    // What the bar covers on the way is no finding of axe's.
    await page.evaluate("scrollTo(0, 0)");
    expect(await axeFindings(page)).toEqual([]);
    expect(await sidewaysOverflow(page)).toBe(0);
  });
});
