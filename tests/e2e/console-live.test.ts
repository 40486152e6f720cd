import { existsSync } from "node:fs";
import { createBearerClient } from "@parley/testkit";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);

describe("a session in the console against the product", () => {
  let product: FirstStart;
  let demo: Announcement;
  let browser: Browser;
  beforeAll(async () => {
    if (CHROMIUM === undefined) throw new Error("no Chromium on this machine: apt-get install chromium");
    product = await firstStart();
    demo = await product.start();
    const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"];
    browser = await chromium.launch({ executablePath: CHROMIUM, args });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await product?.clear();
  }, 60_000);

  it("goes on before the owner's eyes, with what it costs, to its end", async () => {
    const problems: string[] = [];
    const anyone = createBearerClient({ bases: [product.base] });
    const { token } = demo.links[0] ?? { token: "" };
    const opened = await anyone.call<{ session_id: string; session_token: string }>(
      "POST",
      `/api/public/sessions/${token}`,
      {},
    );
    expect(opened.status, opened.text).toBe(201);
    const visitor = createBearerClient({ bases: [product.base], token: opened.body.session_token });
    const page = await (await browser.newContext({ locale: "en-GB" })).newPage();
    page.on("pageerror", (error) => problems.push(error.message));
    await page.goto(`${product.base}/console/sessions/${opened.body.session_id}`);
    await page.getByLabel("Access token").fill(demo.admin_token);
    await page.getByLabel("Access token").press("Enter");
    await page.getByText("Live", { exact: true }).waitFor();
    const said = page.locator(".transcript .spoken-text");
    await expect.poll(() => said.count()).toBeGreaterThan(0);
    const before = await said.count();

    const path = `/api/public/chat/${token}`;
    const answer = await visitor.call<{ response: string }>("POST", path, {
      message: "Are you open on <b>Monday</b>?",
    });
    expect(answer.status, answer.text).toBe(200);
    await expect.poll(() => said.nth(before).innerText()).toBe("Are you open on <b>Monday</b>?");
    await expect
      .poll(async () => (await said.allInnerTexts()).slice(before + 1).join(" "))
      .toContain(answer.body.response.split("\n")[0] ?? "");
    await page.getByText(/\d tokens in, \d+ out/).waitFor();

    await visitor.call("DELETE", `/api/public/session/${token}`);
    await page.getByText("Completed").waitFor();
    await expect.poll(() => page.getByText("Live", { exact: true }).count()).toBe(0);
    expect(problems).toEqual([]);
  }, 60_000);
});
