import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { FakeApi } from "./fake-contract.js";
import { stepRow } from "./rows.js";
import { consoleBench, expectGoodLooks, skipBrowser } from "./setup.js";

const bench = consoleBench();
const PATH = "/console/agents/clinic-desk/versions";
const red = {
  ...{ code: "tests_not_green", detail: "The tests of this version are not green.", tests: "failed" },
  errors: [{ pointer: "/document/tests/0", rule: "test", message: "has not passed" }],
  failing: [
    { name: "says hello", reasons: ["path: expected greet, got bye"] },
    { name: "books a visit", reasons: [] },
  ],
};
const gated = (api: FakeApi): void => {
  api.gate = red;
};
const forbidden = { status: 403, code: "forbidden", detail: "Not for your role." };
const calls = (name: string) => bench.api().seen.filter(({ call }) => call === name);
const rollBack = async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: "Roll back to version 1" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Roll back" }).click();
  await expect.poll(() => page.getByRole("dialog", { name: "Roll back" }).count()).toBe(0);
};
const ACTIVATE = "POST /agents/:/versions/:/activate";

describe.skipIf(skipBrowser)("a version whose tests are not green", () => {
  it("is told by the names of the tests, and is activated after they have passed", async () => {
    const page = await bench.open(PATH, { prepare: gated });
    await rollBack(page);
    const alert = page.getByRole("alert");
    await alert.getByText("Version 1 was not activated").waitFor();
    await alert.getByText("2 tests did not pass").waitFor();
    await expect
      .poll(() => alert.getByRole("listitem").allInnerTexts())
      .toEqual(["says hello\n\npath: expected greet, got bye", "books a visit"]);
    const api = bench.api();
    const step = stepRow({ step: 1, say: "Hi", passed: false, reasons: ["node: expected a, got b"] });
    const books = { name: "books a visit", passed: false, steps: [step] };
    api.tested = { passed: false, tests: [{ name: "says hello", passed: true, steps: [] }, books] };
    const run = page.getByRole("button", { name: "Run the tests" });
    await run.click();
    await page.getByText("Version 1: 1 of 2 tests passed").waitFor();
    await expect.poll(() => alert.getByRole("listitem").allInnerTexts()).toEqual(["books a visit"]);
    api.tested = { passed: true, tests: [books].map((test) => ({ ...test, passed: true })) };
    await run.click();
    await page.getByText("Version 1: 1 of 1 test passed").waitFor();
    await expect.poll(() => alert.count()).toBe(0);
    await rollBack(page);
    await page.getByText("Version 1 is active.").waitFor();
    expect(calls(ACTIVATE).map(({ body }) => body)).toEqual([{}, {}]);
  });

  it("can be overridden by an admin, who must give a reason in a dialog", async () => {
    const page = await bench.open(PATH, { prepare: gated });
    await rollBack(page);
    await page.getByRole("button", { name: "Publish anyway…" }).click();
    const dialog = page.getByRole("dialog");
    const publish = dialog.getByRole("button", { name: "Publish anyway" });
    await dialog.getByLabel("Reason").fill("   ");
    await expect.poll(() => publish.isEnabled()).toBe(false);
    expect(calls(ACTIVATE)).toHaveLength(1);
    await dialog.getByLabel("Reason").fill(" The model is away; checked by hand. ");
    bench.api().refuse[ACTIVATE] = { status: 503, code: "not_ready", detail: "The service is starting." };
    await publish.click();
    await dialog.getByText("The service is starting.").waitFor();
    bench.api().refuse = {};
    await publish.click();
    await page.getByText("Version 1 is active.").waitFor();
    await expect.poll(() => page.getByRole("alert").count()).toBe(0);
    expect(calls(ACTIVATE).at(-1)?.body).toEqual({ override_reason: "The model is away; checked by hand." });
    await page.getByRole("button", { name: "Activate version 2" }).waitFor();
  });

  it("cannot be published without the right, which still allows running the tests", async () => {
    const page = await bench.open(PATH, {
      prepare: (api) => {
        api.gate = { ...red, tests: "not_run", failing: [] };
        api.refuse["GET /tokens"] = forbidden;
      },
    });
    const refused = page.waitForResponse(/\/api\/tokens/);
    await rollBack(page);
    await page.getByText("have not been run on exactly this document").waitFor();
    await (await refused).finished();
    await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
    await page.getByRole("button", { name: "Run the tests" }).waitFor();
    await expect.poll(() => page.getByRole("button", { name: /Publish anyway/ }).count()).toBe(0);
  });

  it("that drops the tests of the live one has none to run", async () => {
    const page = await bench.open(PATH, {
      prepare: (api) => {
        api.gate = { ...red, tests: "not_required", failing: [] };
      },
    });
    await rollBack(page);
    await page.getByText("The live version requires tests").waitFor();
    await page.getByRole("button", { name: "Publish anyway…" }).waitFor();
    await expect.poll(() => page.getByRole("button", { name: "Run the tests" }).count()).toBe(0);
  });

  it("is shown on import too, not as a document error, and can be overridden with a reason", async () => {
    const page = await bench.open("/console/import/clinic-desk", { prepare: gated });
    await page.getByLabel("Document").fill("agent: {}");
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await page.getByText("Nothing was imported").waitFor();
    await page.getByText("books a visit").waitFor();
    await expect.poll(() => page.getByLabel("Document").getAttribute("aria-invalid")).toBe(null);
    await page.getByRole("button", { name: "Publish anyway…" }).click();
    await page.getByRole("dialog").getByLabel("Reason").fill("By hand.");
    await page.getByRole("dialog").getByRole("button", { name: "Publish anyway" }).click();
    await page.getByRole("heading", { name: "Version 3" }).waitFor();
    expect(calls("POST /agents/:/import").at(-1)?.body).toMatchObject({ dry_run: false, override_reason: "By hand." });
  });

  it("is accessible and fits, wide and light, narrow and dark", async () => {
    const page = await bench.open(PATH, { prepare: gated, reducedMotion: true });
    await rollBack(page);
    const publish = page.getByRole("button", { name: "Publish anyway…" });
    await expectGoodLooks(page, "publish-gate", { shown: publish });
    await publish.click();
    await expectGoodLooks(page, "publish-anyway", { shown: page.getByRole("dialog") });
  });
});
