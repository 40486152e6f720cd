import { describe, expect, it } from "vitest";
import { rowName } from "../src/memory/row-name.js";
import { linkRow, sessionRow } from "./rows.js";
import { axeFindings, consoleBench, skipBrowser } from "./setup.js";

const bench = consoleBench();
const calls = (name: string) => bench.api().seen.filter(({ call }) => call === name);

describe.skipIf(skipBrowser)("the command palette", () => {
  it("finds agents, links and sessions by words when typing pauses, and opens them", async () => {
    const page = await bench.open("/console", {
      prepare: (api) => {
        api.links.push(
          linkRow({ id: "0198a000-0000-7000-8000-0000000000f2", title: "Night desk", recipient: { name: "Ada" } }),
        );
        api.sessions = [sessionRow({ session_id: "text_found" })];
      },
    });
    await page.getByText("Latest sessions").waitFor();
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Type a page, an action").pressSequentially("night ada", { delay: 20 });
    const link = page.getByRole("option").filter({ hasText: "Night desk" });
    await link.waitFor();
    const asked = calls("GET /sessions").filter(({ query }) => query.has("text"));
    // Once for the whole words; for few of their letters at most, where this machine was slow.
    expect(asked.at(-1)?.query.get("text")).toBe("night ada");
    expect(asked.length).toBeLessThan(5);
    expect(await axeFindings(page)).toEqual([]);
    await link.click();
    await page.getByRole("heading", { name: "Night desk", level: 1 }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Type a page, an action").fill("clinic");
    await page.getByRole("option").filter({ hasText: "Agent" }).filter({ hasText: "Clinic Desk" }).click();
    await expect.poll(() => new URL(page.url()).pathname).toBe("/console/agents/clinic-desk");
  });

  it("still offers its pages where searching is not allowed", async () => {
    const page = await bench.open("/console", {
      prepare: (api) => {
        for (const call of ["GET /agents", "GET /agents/:/public-links"])
          api.refuse[call] = { status: 403, code: "forbidden", detail: "no" };
      },
    });
    await page.getByRole("navigation").getByRole("link", { name: "Settings" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Type a page, an action").fill("setti");
    await page.getByRole("option", { name: "Settings" }).click();
    await page.getByRole("heading", { name: "Webhooks", level: 1 }).waitFor();
  });
});

describe.skipIf(skipBrowser)("an agent", () => {
  it("shows the first permitted tab to roles that may not read drafts", async () => {
    const page = await bench.open("/console/agents/clinic-desk", {
      prepare: (api) => {
        api.who = { ...api.who, role: "viewer" };
      },
    });
    await expect.poll(() => new URL(page.url()).pathname).toBe("/console/agents/clinic-desk/versions");
    await page.getByText("Shorter greeting").waitFor();
  });
});

describe("the name of a row of a person", () => {
  it("distinguishes rows without revealing the address", () => {
    const names = Array.from({ length: 2_000 }, (_, index) => rowName(`person${index}@example.com`));
    expect(new Set(names).size).toBe(names.length);
    expect(names.every((name) => /^[0-9a-z]{1,12}$/.test(name))).toBe(true);
    expect(rowName("ada@example.com")).toBe(rowName("ada@example.com"));
  });
});
