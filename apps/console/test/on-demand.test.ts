import { describe, expect, it } from "vitest";
import { axeFindings, consoleBench, screenshot, skipBrowser } from "./setup.js";

const bench = consoleBench();
const CODE_OF_AGENTS = /\/assets\/agents-[\w-]{8}\.js$/;

describe.skipIf(skipBrowser)("the code of a page", () => {
  it("shows that it is loading, with the navigation usable", async () => {
    const page = await bench.open("/console");
    await page.getByText("Latest sessions").waitFor();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(CODE_OF_AGENTS, async (route) => {
      await held;
      await route.continue();
    });
    const nav = page.getByRole("navigation");
    await nav.getByRole("link", { name: "Agents" }).click();
    await page.getByRole("main").getByRole("status", { name: "Loading" }).waitFor();
    await nav.getByRole("link", { name: "Sessions" }).click();
    await page.getByRole("heading", { name: "Sessions", level: 1 }).waitFor();
    release();
    await nav.getByRole("link", { name: "Agents" }).click();
    await page.getByRole("heading", { name: "Agents", level: 1 }).waitFor();
    await expect.poll(() => page.evaluate("document.activeElement.tagName")).toBe("H1");
  });

  it("is shown as soon as it is loaded, without a timer", async () => {
    const page = await bench.open("/console");
    const { clock } = bench.visitor().context;
    await clock.install();
    await page.reload();
    await page.getByText("Latest sessions").waitFor();
    await clock.pauseAt(new Date(Date.now() + 60_000));
    await page.getByRole("navigation").getByRole("link", { name: "Agents" }).click();
    await page.getByRole("heading", { name: "Agents", level: 1 }).waitFor();
  });

  it("is fetched once, however often the page is visited", async () => {
    const page = await bench.open("/console");
    let fetched = 0;
    page.on("request", (request) => {
      if (CODE_OF_AGENTS.test(new URL(request.url()).pathname)) fetched += 1;
    });
    const nav = page.getByRole("navigation");
    for (let round = 0; round < 3; round += 1) {
      await nav.getByRole("link", { name: "Agents" }).click();
      await page.getByRole("heading", { name: "Agents", level: 1 }).waitFor();
      await nav.getByRole("link", { name: "Overview" }).click();
      await page.getByText("Latest sessions").waitFor();
    }
    expect(fetched).toBe(1);
  });

  it("that a new deployment has removed is reported, and loads on a reload that keeps sign-in and URL", async () => {
    const page = await bench.open("/console");
    await page.getByText("Latest sessions").waitFor();
    await page.route(CODE_OF_AGENTS, (route) =>
      route.fulfill({ status: 404, contentType: "application/problem+json", body: "{}" }),
    );
    await page.getByRole("navigation").getByRole("link", { name: "Agents" }).click();
    await page.getByRole("heading", { name: "This page could not be loaded" }).waitFor();
    await page.getByRole("alert").filter({ hasText: "may have been updated" }).waitFor();
    await expect.poll(() => page.evaluate("document.activeElement.tagName")).toBe("H1");
    await expect.poll(() => page.title()).toBe("This page could not be loaded · Parley console");
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, "page-not-loaded");
    // Other pages are not affected.
    await page.getByRole("navigation").getByRole("link", { name: "Overview" }).click();
    await page.getByText("Latest sessions").waitFor();
    await page.getByRole("navigation").getByRole("link", { name: "Agents" }).click();
    // Asked for again, and refused again, before the file is there.
    await page.getByRole("heading", { name: "This page could not be loaded" }).waitFor();
    await page.unroute(CODE_OF_AGENTS);
    await page.getByRole("button", { name: "Reload" }).click();
    await page.getByRole("link", { name: "Clinic Desk", exact: true }).waitFor();
    await expect.poll(() => new URL(page.url()).pathname).toBe("/console/agents");
  });
});
