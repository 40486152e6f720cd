import { createBearerClient, eventually } from "@parley/testkit";
import { choose, launchBrowser } from "@parley/web-kit/testing";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

/** People who sign in to the console, in real browsers, against the product. */
describe("people at the console against the product", () => {
  let product: FirstStart;
  let demo: Announcement;
  let browser: Browser;
  const problems: string[] = [];

  const newPage = async (context?: BrowserContext): Promise<Page> => {
    const page = await (context ?? (await browser.newContext({ locale: "en-GB" }))).newPage();
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy|TrustedHTML/.test(message.text())) problems.push(message.text());
    });
    return page;
  };
  const mailed = (email: string): Promise<string> =>
    eventually(async () => {
      const owner = createBearerClient({ bases: [product.base], token: demo.admin_token });
      const { body } = await owner.call<{ data: { to: string; text: string }[] }>("GET", "/api/dev/mail");
      const mail = body.data.find(({ to, text }) => to === email && text.includes("#token="));
      const address = /^http:\S+#token=\S+$/m.exec(mail?.text ?? "")?.[0];
      if (address === undefined) throw new Error("no mail yet");
      return address;
    });
  const overview = (page: Page) => page.getByRole("navigation", { name: "Pages" }).waitFor();

  beforeAll(async () => {
    product = await firstStart();
    demo = await product.start();
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => {
    expect(problems).toEqual([]);
    await browser?.close();
    await product?.clear();
  }, 60_000);

  it("sign in by the address that a start prints, once, and keep nothing of it in the page", async () => {
    const page = await newPage();
    const refused: string[] = [];
    page.on("response", (response) => {
      if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`);
    });
    // Whoever was never here is refused nothing: a refusal would stand in the browser's log as an error.
    await page.goto(`${demo.url}/console`);
    await page.getByLabel("E-mail address").waitFor();
    expect(refused).toEqual([]);
    await page.goto(demo.console_sign_in_url);
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await expect.poll(() => page.url()).toBe(`${demo.url}/console/sign-in`);
    await page.getByRole("button", { name: "Sign in" }).press("Enter");
    await overview(page);
    await expect.poll(() => page.url()).toBe(`${demo.url}/console`);
    const readable = await page.evaluate("JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])");
    expect(readable).not.toMatch(/p[iu]_\w{8}/);
    await page.reload();
    await overview(page);

    const other = await newPage();
    await other.goto(demo.console_sign_in_url);
    await other.getByRole("button", { name: "Sign in" }).click();
    await other.getByText("This link has been used").waitFor();
    await other.getByRole("button", { name: "Sign in another way" }).click();
    await other.getByLabel("E-mail address").waitFor();

    await page.getByRole("button", { name: /^Account/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByLabel("E-mail address").waitFor();
    await page.reload();
    await page.getByLabel("E-mail address").waitFor();
    await page.context().close();
    await other.context().close();
  }, 60_000);

  it("are invited, sign in by mail in the browser that asked, and lose role and access immediately", async () => {
    const boss = await newPage();
    await boss.goto(`${demo.url}/console/settings/people`);
    await boss.getByLabel("Access token").fill(demo.admin_token);
    await boss.getByLabel("Access token").press("Enter");
    await boss.getByRole("button", { name: "Invite somebody" }).click();
    await boss.getByLabel("E-mail address").fill("grace@example.com");
    await boss.getByLabel("Name").fill("Grace");
    await boss.getByRole("radio", { name: "Admin" }).click();
    await boss.getByRole("button", { name: "Send the invitation" }).click();
    await boss.getByText("A mail invites grace@example.com.").waitFor();
    await boss.getByRole("heading", { name: "Grace" }).waitFor();

    const grace = await newPage();
    await grace.goto(`${demo.url}/console`);
    await grace.getByLabel("E-mail address").fill("grace@example.com");
    await grace.getByRole("button", { name: "Send me a link" }).click();
    await grace.getByText("Look into the mailbox of grace@example.com").waitFor();
    const address = await mailed("grace@example.com");

    // A scanner that opens and even runs the page of a mail, in a browser of its own.
    const scanner = await newPage();
    await scanner.goto(address);
    await scanner.getByRole("button", { name: "Sign in" }).click();
    await scanner.getByText("requested in another browser").waitFor();
    await scanner.context().close();

    const link = await newPage(grace.context());
    await link.goto(address);
    await link.getByRole("button", { name: "Sign in" }).click();
    await overview(link);
    await link.goto(`${demo.url}/console/settings/people`);
    await link.getByRole("heading", { name: "Where you are signed in" }).waitFor();
    await link.getByText("This browser").waitFor();
    await link.getByText("You", { exact: true }).waitFor();
    // The page that asked is signed in with it.
    await grace.reload();
    await overview(grace);

    await boss.reload();
    await choose(boss, "Role of Grace", "Viewer");
    await boss.getByRole("button", { name: "Change the role" }).click();
    await boss.getByText("grace@example.com is Viewer now.").waitFor();
    await link.reload();
    await link.getByText("Your role does not include this").first().waitFor();

    await boss.getByRole("button", { name: "Disable Grace" }).click();
    await boss.getByRole("button", { name: "Disable", exact: true }).click();
    await boss.getByText("grace@example.com is disabled and signed out.").waitFor();
    await grace.goto(`${demo.url}/console/agents`);
    await grace.getByLabel("E-mail address").waitFor();
    await boss.getByRole("button", { name: "Enable Grace" }).click();
    await boss.getByRole("button", { name: "Enable", exact: true }).click();
    await boss.getByText("grace@example.com may sign in again.").waitFor();

    await boss.getByRole("button", { name: "Remove Grace" }).click();
    await boss.getByRole("button", { name: "Remove", exact: true }).click();
    await boss.getByText("grace@example.com is removed.").waitFor();
    await grace.goto(`${demo.url}/console/agents`);
    await grace.getByLabel("E-mail address").waitFor();
    for (const page of [boss, grace]) await page.context().close();
  }, 90_000);
});
