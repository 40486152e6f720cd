import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createBearerClient, eventually } from "@parley/testkit";
import { launchBrowser } from "@parley/web-kit/testing";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entryAr } from "../../apps/chat-page/src/entry-check/texts/entry-ar.js";
import { type Announcement, type FirstStart, firstStart } from "./first-start.js";

/** The page, the product and a real browser: what a stranger sees when the server dies under the conversation. */
describe("the chat page against the product", () => {
  let product: FirstStart;
  let demo: Announcement;
  let browser: Browser;
  beforeAll(async () => {
    // An answer lasts for some seconds: long enough to be stopped, or cut off, in its middle on a slow machine too.
    product = await firstStart({ SCRIPTED_PACE_MS: "150" });
    demo = await product.start();
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await product?.clear();
  }, 60_000);

  const open = async (): Promise<{ page: Page; problems: string[] }> => {
    const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy") || message.text().includes("TrustedHTML"))
        problems.push(message.text());
    });
    const link = demo.links.find((item) => item.agent === "clinic-desk");
    await page.goto(`${product.base}/public/chat/${link?.token ?? ""}`);
    await seen(page, "front desk").waitFor();
    return { page, problems };
  };
  const say = async (page: Page, text: string): Promise<void> => {
    await page.getByRole("textbox").fill(text);
    await page.keyboard.press("Enter");
  };
  // The page also says finished answers to screen readers, outside the list that is seen.
  const seen = (page: Page, text: string) => page.locator("ol.messages").getByText(text);
  const shown = (page: Page, text: string): Promise<number> => seen(page, text).count();

  it("streams the conversation and keeps it over a reload, by keyboard, at 360 pixels", async () => {
    const { page, problems } = await open();
    await say(page, "My name is Jack and my zip code is 30301");
    await seen(page, "Thank you, Jack!").waitFor();
    await expect.poll(() => page.locator(".connection").getAttribute("title")).toBe("WebSocket");
    await page.reload();
    await seen(page, "Thank you, Jack!").waitFor();
    expect(await shown(page, "My name is Jack")).toBe(1);
    await expect.poll(() => page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it("shows one question and one answer when everything is killed during the answer", async () => {
    const { page } = await open();
    await say(page, "My name is Ann and my zip code is 10115");
    await seen(page, "Thank you, Ann!").waitFor();
    await seen(page, "questions about the practice").waitFor();
    await say(page, "I want to book an appointment");
    await seen(page, "happy to help").waitFor();
    await product.child.kill();
    await product.start();
    await seen(page, "Saturday until 13:00").waitFor({ timeout: 60_000 });
    expect(await shown(page, "I want to book an appointment")).toBe(1);
    expect(await shown(page, "Saturday until 13:00")).toBe(1);
    await page.reload();
    await seen(page, "Saturday until 13:00").waitFor();
    expect(await shown(page, "I want to book an appointment")).toBe(1);
    expect(await shown(page, "Saturday until 13:00")).toBe(1);
    await page.context().close();
  }, 120_000);

  it("stops an answer and keeps its beginning, takes a thumb and the rating at the end", async () => {
    const { page, problems } = await open();
    await say(page, "My name is Eve and my zip code is 10115");
    await seen(page, "questions about the practice").waitFor();
    await say(page, "I want to book an appointment");
    await page.getByRole("button", { name: "Stop this answer" }).click();
    await page.locator("ol.messages .tools").getByText("Stopped").or(seen(page, "No answer came.")).waitFor();
    expect(await shown(page, "Saturday until 13:00")).toBe(0);
    const rated = page.waitForResponse((response) => response.url().includes("/api/public/rate/"));
    await page.getByRole("button", { name: "Good answer" }).first().click();
    expect((await rated).status()).toBe(200);
    await page.reload();
    await seen(page, "questions about the practice").waitFor();
    await expect.poll(() => page.getByRole("button", { name: "Good answer", pressed: true }).count()).toBe(1);
    const session = await page.evaluate<{ session: { session_id: string } }>(
      `fetch(location.pathname.replace("/public/chat/", "/api/public/history/")).then((answer) => answer.json())`,
    );
    const ended = await fetch(`${product.base}/api/sessions/${session.session.session_id}/end`, {
      method: "POST",
      headers: { authorization: `Bearer ${demo.admin_token}` },
    });
    expect(ended.status).toBe(200);
    await page.getByRole("radio", { name: "Very good" }).check();
    await page.getByRole("button", { name: "Send rating" }).click();
    await page.getByText("Thank you for your rating.").waitFor();
    expect(problems).toEqual([]);
    await page.context().close();
  }, 120_000);

  const owner = () => createBearerClient({ bases: [product.base], token: demo.admin_token });
  /** The code in the newest mail to an address, as soon as it is there. */
  const mailedCode = (address: string): Promise<string> =>
    eventually(async () => {
      const mail = await owner().call<{ data: { to: string; text: string }[] }>("GET", "/api/dev/mail");
      const found = mail.body.data.find(({ to }) => to === address)?.text.match(/\b\d{6}\b/)?.[0];
      if (found === undefined) throw new Error("no mail yet");
      return found;
    });

  it("chats in a frame of another site that the link lists, and keeps the conversation there over a reload", async () => {
    let framed = "";
    const site = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end(`<iframe src="${framed}"></iframe>`);
    });
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    // The product answers at 127.0.0.1: for a browser, localhost is another site.
    const host = `http://localhost:${(site.address() as AddressInfo).port}`;
    const made = await owner().call<{ token: string }>("POST", "/api/agents/clinic-desk/public-links", {
      allowed_domains: [host],
      max_sessions: 1,
    });
    expect(made.status, made.text).toBe(201);
    framed = `${product.base}/public/chat/${made.body.token}`;
    const page = await (await browser.newContext()).newPage();
    await page.goto(host);
    const frame = page.frameLocator("iframe");
    await frame.getByRole("textbox").fill("My name is Jack and my zip code is 30301");
    await frame.getByRole("textbox").press("Enter");
    await frame.locator("ol.messages").getByText("Thank you, Jack!").waitFor({ timeout: 15_000 });
    await page.reload();
    await frame.locator("ol.messages").getByText("Thank you, Jack!").waitFor({ timeout: 15_000 });
    await page.context().close();
    site.closeAllConnections();
    site.close();
  }, 60_000);

  it("is resumed by a handle stored by the host page, where the browser stores nothing for the panel", async () => {
    const site = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Shop</title><body></body>");
    });
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    const host = `http://localhost:${(site.address() as AddressInfo).port}`;
    const made = await owner().call<{ token: string }>("POST", "/api/agents/clinic-desk/public-links", {
      allowed_domains: [host],
      max_sessions: 1,
    });
    const context = await browser.newContext();
    await context.addInitScript(`if (location.hostname === "127.0.0.1") {
      Object.defineProperty(document, "cookie", { get: () => "", set: () => undefined });
      for (const name of ["localStorage", "sessionStorage"])
        Object.defineProperty(window, name, { get: () => { throw new DOMException("denied", "SecurityError"); } });
    }`);
    const page = await context.newPage();
    const embed = async (handle: string | null): Promise<void> => {
      await page.goto(host);
      await page.evaluate(
        `new Promise((resolve) => {
          const frame = document.createElement("iframe");
          frame.src = "${product.base}/public/chat/${made.body.token}?frame=widget";
          frame.onload = () => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = ({ data }) => data.type === "resume" && (window.handle = data.handle);
            const hello = { parley: 1, type: "connect", origin: location.origin };
            frame.contentWindow.postMessage(hello, "${product.base}", [port2]);
            if (${handle !== null}) port1.postMessage({ type: "resume", handle: ${JSON.stringify(handle)} });
            port1.postMessage({ type: "open" });
            resolve();
          };
          document.body.append(frame);
        })`,
      );
    };
    // What the product set all the same is not kept either.
    const forget = () => context.clearCookies();
    await embed(null);
    const frame = page.frameLocator("iframe");
    await frame.getByRole("textbox").fill("My name is Jack and my zip code is 30301");
    await forget();
    await frame.getByRole("textbox").press("Enter");
    const thanks = frame.locator("ol.messages").getByText("Thank you, Jack!");
    await thanks.waitFor({ timeout: 15_000 });
    await expect.poll(() => page.evaluate("window.handle")).toMatch(/^v1\..+~agent-/);
    const handle = await page.evaluate<string>("window.handle");
    await forget();
    await embed(handle);
    await thanks.waitFor({ timeout: 15_000 });
    await context.close();
    site.closeAllConnections();
    site.close();
  }, 60_000);

  it("lets a visitor without a mouse, at 360 px, in Arabic, with the network cut twice, finish the clinic conversation", async () => {
    const made = await owner().call<{ token: string }>("POST", "/api/agents/clinic-desk/public-links", {
      title: "مكتب العيادة",
      pin: "2468",
      consent_text: "نحتفظ بهذه المحادثة **ثلاثين يومًا**.",
      require_email: true,
      proof_of_work: "always",
      recipient: { name: "سارة" },
    });
    expect(made.status, made.text).toBe(201);
    const context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: "ar-EG" });
    const page = await context.newPage();
    const { keyboard } = page;
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    const heading = (name: string) => page.getByRole("heading", { name, exact: true }).waitFor();
    const inField = () => expect.poll(() => page.evaluate("document.activeElement?.id")).toBe("entry-field");
    const say = async (text: string): Promise<void> => {
      await page.locator("textarea#compose").focus();
      await keyboard.type(text);
      await keyboard.press("Enter");
    };

    await page.goto(`${product.base}/public/chat/${made.body.token}`);
    await heading(entryAr.pinTitle);
    await inField();
    await keyboard.type("2468");
    await keyboard.press("Enter");
    await heading(entryAr.consentTitle);
    await page.getByRole("button", { name: entryAr.agree, exact: true }).focus();
    await keyboard.press("Enter");
    await heading(entryAr.emailTitle);
    await inField();
    await keyboard.type("sara@example.com");
    await keyboard.press("Enter");
    await page.getByRole("heading", { name: entryAr.codeTitle, exact: true }).waitFor({ timeout: 60_000 });
    const code = await mailedCode("sara@example.com");
    await inField();
    await context.setOffline(true);
    await keyboard.type(code);
    await page.getByText(entryAr.unreachable).waitFor();
    await context.setOffline(false);
    await keyboard.press("Enter");
    await seen(page, "front desk").waitFor();
    await page.getByText("سارة").waitFor();
    await say("My name is Sara and my zip code is 30301");
    await seen(page, "Thank you, Sara!").waitFor();
    await seen(page, "questions about the practice").waitFor();
    await context.setOffline(true);
    await say("I want to book an appointment");
    await page.getByText("في انتظار الإرسال").waitFor();
    await context.setOffline(false);
    await seen(page, "Saturday until 13:00").waitFor({ timeout: 60_000 });
    expect(await shown(page, "I want to book an appointment")).toBe(1);
    await say("Tuesday in the morning");
    await eventually(
      async () => {
        await expect.poll(() => page.locator("ol.messages > li.agent").last().innerText()).toContain("Tuesday");
      },
      { timeoutMs: 30_000 },
    );
    await say("bye");
    await page.getByRole("heading", { name: "انتهت هذه المحادثة" }).waitFor({ timeout: 60_000 });
    await expect.poll(() => page.locator("html").getAttribute("dir")).toBe("rtl");
    await expect.poll(() => page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    expect(problems).toEqual([]);
    await context.close();
  }, 180_000);
});
