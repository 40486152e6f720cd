import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LINK_ID } from "./rows.js";
import { consoleBench, skipBrowser } from "./setup.js";

const bench = consoleBench();
const router = readFileSync(join(import.meta.dirname, "../src/app/router.ts"), "utf8");
const routes = [...router.matchAll(/path: "([^"]+)"/g)].map(([, path = ""]) => path);
const filled = (path: string): string => path.replace("$agent", "clinic-desk").replace("$id", LINK_ID);
/** What may be left out is tried with and without. */
const addresses = routes.flatMap((path) => [
  ...new Set([filled(path.replace(/\{-(\$\w+)\}/, "$1")), filled(path.replace(/\/\{-\$\w+\}/, ""))]),
]);

const WATCH = `
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
`;

const sections = new Map<string, string[]>();
for (const address of addresses) {
  const section = address.split("/")[1] || "overview";
  sections.set(section, [...(sections.get(section) ?? []), address]);
}

describe.skipIf(skipBrowser)("the content security policy", () => {
  it("is tried on all pages", () => {
    expect(addresses.length).toBeGreaterThan(40);
    expect(sections.size).toBeGreaterThan(5);
  });

  it.each([...sections])("is respected by every page of %s", async (_, addresses) => {
    const page = await bench.open("/console");
    await page.addInitScript(WATCH);
    for (const address of addresses) {
      await page.goto(`${bench.api().url}/console${address}`);
      await page.getByRole("main").getByRole("heading", { level: 1 }).waitFor();
      await expect.poll(() => page.getByRole("status", { name: "Loading" }).count()).toBe(0);
      expect([address, await page.evaluate("window.violations")]).toEqual([address, []]);
    }
  });

  it("is reported when a page breaks it", async () => {
    const page = await bench.open("/console");
    await page.evaluate(`{ ${WATCH} }`);
    await page.evaluate(`document.head.append(document.createElement("style"))`);
    await page.evaluate(`document.head.lastChild.textContent = "p { color: red }"`);
    await expect.poll(() => page.evaluate("window.violations")).toContain("style-src-elem");
    bench.visitor().trouble.length = 0;
  });

  it("reports any unknown or malformed path as not found", async () => {
    const page = await bench.open("/console/x");
    for (const path of [
      "/x",
      "/agents/a/b",
      "/links/a/b",
      "/links/a/new/edit",
      "/sessions/a/b",
      "/inbox/9",
      "/settings/x",
    ]) {
      await page.goto(`${bench.api().url}/console${path}`);
      await page.getByRole("heading", { name: "There is no such page", level: 1 }).waitFor();
      await page.getByRole("navigation").getByRole("link", { name: "Overview" }).waitFor();
    }
  });

  it("shows the webhooks where only the settings are asked for, and selects their tab", async () => {
    const page = await bench.open("/console/settings");
    await page.getByRole("heading", { name: "Webhooks", level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/console/settings/webhooks");
    await expect.poll(() => page.locator("[aria-current=page]").allTextContents()).toContain("Webhooks");
  });
});
