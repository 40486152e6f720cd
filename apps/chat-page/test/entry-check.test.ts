import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { sidewaysOverflow, skipBrowser, useBench } from "./setup.js";
import { answers, field, nextTurn, own, say, sessionOf } from "./talk.js";

const bench = useBench();
const session = () => sessionOf(bench);
const check = () => bench.api().entryCheck;
const input = (page: Page) => page.locator("#entry-field");
const heading = (page: Page, text: string) => page.getByRole("heading", { name: text, exact: true });
const alert = (page: Page) => page.locator("#entry-error");
const focused = (page: Page) => page.evaluate("document.activeElement?.id");
const CONSENT = "We keep this talk for **30 days**. [Our rules](https://clinic.example/privacy) <b>apply</b>.";

describe.skipIf(skipBrowser)("the entry check of a link", () => {
  it("asks for PIN, consent, e-mail and code in this order, each only if the link requires it, by keyboard alone", async () => {
    const page = await bench.open({}, (api) => {
      Object.assign(api.link, { pin_required: true, consent_text: CONSENT, require_email: true });
    });
    await heading(page, "Enter the PIN").waitFor();
    await expect.poll(() => focused(page)).toBe("entry-field");
    await page.keyboard.type("4711");
    await page.keyboard.press("Enter");
    await heading(page, "Before you begin").waitFor();
    await expect.poll(() => focused(page)).toBe("entry-title");
    await expect.poll(() => page.locator(".entry-terms").innerHTML()).not.toContain("<b>");
    for (const reached of ["SECTION", "A", "BUTTON"]) {
      await page.keyboard.press("Tab");
      await expect.poll(() => page.evaluate("document.activeElement?.tagName")).toBe(reached);
    }
    await page.keyboard.press("Enter");
    await heading(page, "Confirm your e-mail address").waitFor();
    await expect.poll(() => focused(page)).toBe("entry-field");
    await page.keyboard.type("ann@example.com");
    await page.keyboard.press("Enter");
    await heading(page, "Enter the code").waitFor();
    await expect.poll(() => focused(page)).toBe("entry-field");
    await page.keyboard.type("123456");
    await field(page).waitFor();
    await expect.poll(() => focused(page)).toBe("compose");
    expect(check().requests).toEqual([{ email: "ann@example.com", pin: "4711" }]);
    expect(check().confirms).toEqual([
      expect.objectContaining({ email: "ann@example.com", code: "123456", consent: true }),
    ]);
    expect(bench.api().sessionsCreated).toBe(1);
    const stored = await page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie");
    expect(stored).not.toMatch(/4711|123456|ann@|ps_/);
  });

  it("requests the mail in the language of the page, not of the browser", async () => {
    const page = await bench.open({ locale: "de-DE" }, (api) => {
      Object.assign(api.link, { require_email: true, branding: { locale: "ar" } });
    });
    await input(page).fill("ann@example.com");
    await input(page).press("Enter");
    await expect.poll(() => check().requests).toHaveLength(1);
    await expect.poll(() => input(page).getAttribute("autocomplete")).toBe("one-time-code");
    await input(page).fill(check().code);
    await field(page).waitFor();
    expect(check().languages).toEqual(["ar", "ar"]);
  });

  it("can be passed at 400 % zoom without scrolling sideways", async () => {
    const page = await bench.open({ width: 320, height: 256 }, (api) => {
      Object.assign(api.link, { pin_required: true, consent_text: CONSENT.repeat(9), require_email: true });
    });
    await input(page).fill("4711");
    await page.getByRole("button", { name: "Continue" }).click();
    await heading(page, "Before you begin").waitFor();
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
    await page.getByRole("button", { name: "I agree" }).click();
    await input(page).fill("ann@example.com");
    await page.getByRole("button", { name: "Send code" }).click();
    await heading(page, "Enter the code").waitFor();
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
    await input(page).fill("123456");
    await field(page).waitFor();
  });

  it("shows beside the field that a PIN is wrong, and until when to wait", async () => {
    const page = await bench.open({}, (api) => {
      api.link.pin_required = true;
      api.entryCheck.pinTries = 1;
    });
    await input(page).press("Enter");
    await expect.poll(() => alert(page).innerText()).toBe("Please enter the PIN.");
    await input(page).fill("0000");
    await input(page).press("Enter");
    await expect.poll(() => alert(page).innerText()).toMatch(/isn’t right/);
    await expect.poll(() => input(page).getAttribute("aria-invalid")).toBe("true");
    await expect.poll(() => input(page).getAttribute("aria-describedby")).toContain("entry-error");
    await expect.poll(() => focused(page)).toBe("entry-field");
    await input(page).fill("4711");
    await input(page).press("Enter");
    await expect.poll(() => alert(page).innerText()).toMatch(/Too many tries\. You can try again at \d/);
    check().pinTries = 5;
    await input(page).fill(" 4711 ");
    await page.getByRole("button", { name: "Continue" }).click();
    await field(page).waitFor();
  });

  it("admits nobody without consent, and asks again when the text has changed", async () => {
    const page = await bench.open({}, (api) => {
      api.link.consent_text = CONSENT;
    });
    await page.getByRole("button", { name: "I don’t agree" }).click();
    await heading(page, "You did not agree").waitFor();
    expect(bench.api().sessionsCreated).toBe(0);
    expect(check().entries).toEqual([]);
    await page.getByRole("button", { name: "Read it again" }).click();
    await page.getByRole("button", { name: "I agree" }).click();
    await field(page).waitFor();
    expect(check().entries).toEqual([{ consent: true }]);
    bench.api().session = null;
    bench.api().link.consent_text = "Other rules.";
    await page.reload();
    await heading(page, "Before you begin").waitFor();
  });

  it("keeps its step across a reload: the code can be entered, secrets are asked for again", async () => {
    const page = await bench.open({}, (api) => {
      Object.assign(api.link, { pin_required: true, consent_text: CONSENT, require_email: true });
    });
    await input(page).fill("4711");
    await input(page).press("Enter");
    await page.getByRole("button", { name: "I agree" }).click();
    await heading(page, "Confirm your e-mail address").waitFor();
    await page.reload();
    await heading(page, "Enter the PIN").waitFor();
    await input(page).fill("4711");
    await input(page).press("Enter");
    // The agreement was given and stands.
    await heading(page, "Confirm your e-mail address").waitFor();
    await input(page).fill("ann@example.com");
    await input(page).press("Enter");
    await heading(page, "Enter the code").waitFor();
    await page.reload();
    await heading(page, "Enter the code").waitFor();
    await page.getByText("If ann@example.com may use this chat").waitFor();
    expect(check().requests).toHaveLength(1);
    await input(page).fill("123456");
    await field(page).waitFor();
  });

  it("accepts a code in any digits and with anything around it, and distinguishes a wrong code from an expired one", async () => {
    const page = await bench.open({}, (api) => {
      api.link.require_email = true;
    });
    await input(page).fill("nobody");
    await input(page).press("Enter");
    await expect.poll(() => alert(page).innerText()).toMatch(/complete address/);
    expect(check().requests).toEqual([]);
    await input(page).fill("ann@example.com");
    await input(page).press("Enter");
    await heading(page, "Enter the code").waitFor();
    await expect.poll(() => input(page).getAttribute("autocomplete")).toBe("one-time-code");
    await expect.poll(() => input(page).getAttribute("inputmode")).toBe("numeric");
    await input(page).fill("12345");
    await input(page).press("Enter");
    await expect.poll(() => alert(page).innerText()).toMatch(/all six digits/);
    await input(page).fill("999999");
    await expect.poll(() => alert(page).innerText()).toMatch(/isn’t right/);
    check().codeExpired = true;
    await input(page).fill("111111");
    await expect.poll(() => alert(page).innerText()).toMatch(/no longer valid/);
    check().codeExpired = false;
    await input(page).fill("Code: ١٢٣-٤٥٦");
    await field(page).waitFor();
    expect(check().confirms.map((given) => given.code)).toEqual(["999999", "111111", "123456"]);
  });

  it("sends another code only after the pause that the server requests", async () => {
    const page = await bench.open({}, (api) => {
      api.link.require_email = true;
      api.entryCheck.requestProblems = [{ status: 429, code: "rate_limited", retryAfterSeconds: 1 }];
    });
    await input(page).fill("ann@example.com");
    await input(page).press("Enter");
    await expect.poll(() => alert(page).innerText()).toMatch(/Too many tries/);
    await input(page).press("Enter");
    const resend = page.getByRole("button", { name: /^Send a new code in 0:\d\d$/ });
    await resend.waitFor();
    await resend.dispatchEvent("click");
    expect(check().requests).toHaveLength(1);
    await page.getByRole("button", { name: "Use another address" }).click();
    await heading(page, "Confirm your e-mail address").waitFor();
    await expect.poll(() => input(page).inputValue()).toBe("ann@example.com");
  });

  it("waits for the owner where access needs approval, and admits the visitor once it is granted", async () => {
    const page = await bench.open({}, (api) => {
      Object.assign(api.link, { require_email: true, access: "approval" });
      api.entryCheck.pending = true;
    });
    await page.getByText("the owner of this chat decides").waitFor();
    await input(page).fill("ann@example.com");
    await input(page).press("Enter");
    await heading(page, "Enter the code").waitFor();
    await input(page).fill("123456");
    await heading(page, "Your request has been passed on").waitFor();
    await page.getByRole("button", { name: "Check again" }).click();
    await page.getByText("There is no decision yet.").waitFor();
    check().pending = false;
    await page.getByRole("button", { name: "Check again" }).click();
    await field(page).waitFor();
  });

  it.each([{ announced: true }, { announced: false }])(
    "solves the link's challenge by itself, announced by the link: $announced",
    async ({ announced }) => {
      const page = await bench.open({}, (api) => {
        if (announced) api.link.proof_required = true;
        else api.entryCheck.proofLater = true;
      });
      await field(page).waitFor();
      expect(check().proofs).toHaveLength(1);
      expect(bench.api().sessionsCreated).toBe(1);
    },
  );

  it("shows Turnstile if the operator has chosen it, and loads nothing of it otherwise", async () => {
    const provider = "https://challenges.cloudflare.com";
    const page = await bench.open({}, (api) => {
      api.link.proof_required = true;
      api.link.consent_text = "We keep it.";
      api.entryCheck.turnstileToken = "token of the provider";
      api.csp = `default-src 'none'; script-src 'self' ${provider}; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src ${provider}`;
    });
    const loaded: string[] = [];
    await page.route(`${provider}/**`, (route) => {
      loaded.push(route.request().url());
      return route.fulfill({
        contentType: "text/javascript",
        // What the provider's script offers: the token depends on what the page hands over.
        body: `globalThis.turnstile = { remove() {}, render(at, options) {
          setTimeout(() => options.callback(at.isConnected && options.sitekey === "a-site-key" && options.cData === "of this visitor" ? "token of the provider" : "wrong"), 50);
          return "widget";
        } };`,
      });
    });
    await page.getByRole("button", { name: "I agree" }).waitFor();
    expect(loaded).toEqual([]);
    await page.getByRole("button", { name: "I agree" }).click();
    await field(page).waitFor();
    expect(check().proofs).toEqual(["token of the provider"]);
    // The one request to another host that a page may ever make, and only here.
    expect(bench.visitor().trouble.splice(0)).toEqual(loaded.map((url) => `request to ${url}`));
    expect(loaded).toHaveLength(1);
  });

  it("keeps the page responsive and shows progress while a hard challenge is solved", async () => {
    const page = await bench.open({}, (api) => {
      api.link.proof_required = true;
      api.entryCheck.hardness = 12;
    });
    await heading(page, "Checking your browser…").waitFor();
    const gaps = await page.evaluate<number[]>(
      "new Promise((done) => { let last = performance.now(); const gaps = []; const step = (now) => { gaps.push(now - last); last = now; if (gaps.length === 30) done(gaps); else requestAnimationFrame(step); }; requestAnimationFrame(step); })",
    );
    // The machine may stand still twice; a challenge that was solved between two frames would be over.
    expect(gaps.filter((gap) => gap >= 1_000).length).toBeLessThanOrEqual(2);
    await expect.poll(() => heading(page, "Checking your browser…").count()).toBe(1);
  });

  it("confirms the address again mid-conversation: draft and waiting messages survive and are sent once", async () => {
    const page = await bench.open({}, (api) => {
      api.link.require_email = true;
    });
    await input(page).fill("ann@example.com");
    await input(page).press("Enter");
    await heading(page, "Enter the code").waitFor();
    await input(page).fill("123456");
    const made = await session();
    await say(page, "First");
    made.finish((await nextTurn(made)).turnId, "Answer one");
    await expect.poll(() => answers(page).count()).toBe(1);
    await bench.visitor().context.clearCookies();
    await say(page, "Second");
    await heading(page, "Please confirm your address again").waitFor();
    // The talk stays on the page; only writing waits.
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Answer one"]);
    await input(page).fill("ann@example.com");
    await input(page).press("Enter");
    await heading(page, "Enter the code").waitFor();
    await input(page).fill("123456");
    await field(page).waitFor();
    await expect.poll(() => made.turns.map((turn) => turn.text)).toEqual(["First", "Second"]);
    made.finish((await nextTurn(made, 2)).turnId, "Answer two");
    await expect.poll(() => answers(page).allInnerTexts()).toEqual(["Answer one", "Answer two"]);
    await expect.poll(() => own(page).allInnerTexts()).toEqual(["First", "Second"]);
    const sent = bench.api().posts.filter((post) => post.message === "Second");
    expect(new Set(sent.map((post) => post.clientMessageId)).size).toBe(1);
    expect(bench.api().sessionsCreated).toBe(1);
  });

  it("turns a message for a conversation that is gone into a draft when the confirmation opens another", async () => {
    const page = await bench.open({}, (api) => {
      api.link.require_email = true;
    });
    await input(page).fill("ann@example.com");
    await input(page).press("Enter");
    await heading(page, "Enter the code").waitFor();
    await input(page).fill("123456");
    await session();
    await field(page).waitFor();
    await bench.visitor().context.clearCookies();
    check().newConversation = true;
    await say(page, "Belongs to the old one");
    await heading(page, "Please confirm your address again").waitFor();
    await input(page).fill("bob@example.com");
    await input(page).press("Enter");
    await heading(page, "Enter the code").waitFor();
    await input(page).fill("123456");
    await expect.poll(() => field(page).inputValue()).toBe("Belongs to the old one");
    await expect.poll(() => own(page).count()).toBe(0);
    expect(bench.api().session?.turns).toEqual([]);
  });
});
