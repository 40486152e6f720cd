import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { LINK_ID, linkRow, mailRow, requestRow, usageRow } from "./rows.js";
import { axeFindings, choose, consoleBench, previewOf, screenshot, sidewaysOverflow, skipBrowser } from "./setup.js";

const bench = consoleBench();
const calls = (name: string) => bench.api().seen.filter(({ call }) => call === name);
const NEW = "/console/links/clinic-desk/new";
const LINK = `/console/links/clinic-desk/${LINK_ID}`;
const clipboard = (page: Page): Promise<string> => page.evaluate("navigator.clipboard.readText()");
/** Something of the "…" menu. */
async function more(page: Page, what: string): Promise<void> {
  await page.getByRole("button", { name: /^More for/ }).click();
  await page.getByRole("menuitem", { name: what }).click();
}
/** What the browser saves when `act` is done. */
async function saved(page: Page, act: () => Promise<void>): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

describe.skipIf(skipBrowser)("templates", () => {
  it("fill the form, which stays editable, and expand the sections they set", async () => {
    const page = await bench.open(NEW, {
      prepare: (api) => {
        const own = {
          id: "own-1",
          name: "Ours",
          built_in: false,
          created_by: null,
          created_at: null,
          updated_at: null,
        };
        api.templates.push({ ...own, allowed_countries: ["DE"], max_sessions: 9 });
      },
    });
    await choose(page, "Start from", "Ours");
    await expect.poll(() => page.getByLabel("Only from these countries").inputValue()).toBe("DE");
    await page.getByRole("combobox", { name: "For whom" }).getByText("Several people").waitFor();
    await page.getByLabel("Conversations", { exact: true }).fill("3");
    await page.getByRole("button", { name: "Create the link" }).click();
    await page.getByText("Copy the address now").waitFor();
    expect(calls("POST /agents/:/public-links")[0]?.body).toMatchObject({
      max_sessions: 3,
      allowed_countries: ["DE"],
    });
  });

  it("are saved from the form under a name, and deleted after asking", async () => {
    const page = await bench.open(NEW);
    await page.getByLabel("Title").fill("Spring");
    await page.getByRole("button", { name: "Save as a template" }).click();
    bench.api().refuse["POST /link-templates"] = { status: 409, code: "name_taken", detail: "taken" };
    await page.getByLabel("Name", { exact: true }).press("Enter");
    await page.getByText("s taken by another template").waitFor();
    bench.api().refuse = {};
    await page.getByLabel("Name", { exact: true }).fill("Ours");
    await page.getByRole("button", { name: "Save the template" }).click();
    await page.getByText("The template “Ours” is saved.").waitFor();
    expect(calls("POST /link-templates").at(-1)?.body).toMatchObject({ name: "Ours", title: "Spring" });
    expect(calls("POST /agents/:/public-links")).toEqual([]);
    await page.reload();
    await choose(page, "Start from", "Ours");
    await page.getByRole("button", { name: "Delete this template" }).click();
    await page.getByRole("button", { name: "Delete the template" }).click();
    await page.getByText("The template “Ours” is deleted.").waitFor();
    expect(calls("DELETE /link-templates/:")).toHaveLength(1);
  });
});

describe.skipIf(skipBrowser)("changing a link", () => {
  it("sends only changed fields, then shows the link", async () => {
    const page = await bench.open(`${LINK}/edit`, {
      prepare: (api) => {
        api.links = [linkRow({ pin_required: true, starters: ["Hours"], metadata: { a: 1 } })];
      },
    });
    await page.getByLabel("Title").fill("Back door");
    await page.getByRole("checkbox", { name: "Take the PIN away" }).check();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("heading", { name: "Back door" }).waitFor();
    expect(calls("PUT /agents/:/public-links/:").map(({ body }) => body)).toEqual([{ title: "Back door", pin: null }]);
  });

  it("sends nothing when nothing was changed", async () => {
    const page = await bench.open(`${LINK}/edit`);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Nothing was changed.").waitFor();
    expect(calls("PUT /agents/:/public-links/:")).toEqual([]);
  });

  it("expands the section with the error, by the server's pointers", async () => {
    const page = await bench.open(`${LINK}/edit`, {
      prepare: (api) => {
        const errors = [
          { pointer: "/budget/max_cost", rule: "x", message: "is too much" },
          { pointer: "/something_new", rule: "x", message: "is odd" },
        ];
        api.refuse["PUT /agents/:/public-links/:"] = { status: 422, code: "validation_failed", detail: "No", errors };
      },
    });
    await page.getByLabel("Title").fill("Back door");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("is too much").and(page.locator(":visible")).waitFor();
    await page.getByText("something_new: is odd").waitFor();
    await expect.poll(() => page.evaluate("document.activeElement.labels[0].textContent")).toBe("US dollars");
  });

  it("previews the real page and its entry check while the form is edited", async () => {
    const page = await bench.open(NEW);
    const shown = previewOf(page);
    await page.getByLabel("Title").fill("Ask **us**");
    await expect.poll(() => shown.locator(".welcome h2").textContent()).toBe("Ask **us**");
    await page.getByText("What visitors see", { exact: true }).click();
    await page.getByLabel("Name on the page").fill("Praxis");
    await page.getByLabel("Welcome").fill("Open **daily**");
    await page.getByLabel("Suggested first messages").fill("Opening hours\nBook");
    await page.getByLabel("Colour", { exact: true }).fill("#ffcc00");
    await expect.poll(() => shown.locator(".header .name").textContent()).toBe("Praxis");
    await expect.poll(() => shown.locator(".welcome strong").textContent()).toBe("daily");
    await expect.poll(() => shown.getByText("Opening hours").count()).toBe(1);
    const avatar = shown.locator(".header .avatar");
    await expect.poll(() => avatar.evaluate((it) => getComputedStyle(it).backgroundColor)).toBe("rgb(255, 204, 0)");
    await page.getByLabel("PIN").fill("4711-0815");
    await page.getByRole("button", { name: "Show what it asks first" }).click();
    await expect.poll(() => shown.locator("input").count()).toBe(1);
    await page.getByRole("button", { name: "Show the conversation" }).click();
    await expect.poll(() => shown.locator(".header .name").textContent()).toBe("Praxis");
    // What is wrong in the form takes the preview not away.
    await page.getByText("Advanced", { exact: true }).click();
    await page.getByLabel("Metadata").fill("{");
    await page.getByLabel("Title").fill("Again");
    await expect.poll(() => shown.locator(".welcome h2").textContent()).toBe("Again");
    expect(bench.api().seen.filter(({ call }) => call.includes("/public/"))).toEqual([]);
    expect(await axeFindings(page)).toEqual([]);
  });

  it("exchanges messages only with the frame of its own preview", async () => {
    const page = await bench.open(NEW);
    const shown = previewOf(page);
    await page.getByLabel("Title").fill("Mine");
    await expect.poll(() => shown.locator(".welcome h2").textContent()).toBe("Mine");
    // What was ever drawn is kept, because the next true word draws over it.
    await shown.locator("body").evaluate((body) => {
      const drawn: string[] = [];
      Object.assign(window, { drawn });
      new MutationObserver(() => drawn.push(body.textContent ?? "")).observe(body, {
        subtree: true,
        childList: true,
        characterData: true,
      });
      // From the page itself and not from the page around it.
      window.postMessage({ type: "parley-preview", link: { title: "Theirs" } }, location.origin);
    });
    await page.getByLabel("Title").fill("Still mine");
    await expect.poll(() => shown.locator(".welcome h2").textContent()).toBe("Still mine");
    const drawn = await shown.locator("body").evaluate(() => (window as unknown as { drawn: string[] }).drawn.join());
    expect(drawn).toContain("Still mine");
    expect(drawn).not.toContain("Theirs");
  });
});

describe.skipIf(skipBrowser)("the page of a link", () => {
  it("copies URL and snippet, and saves the QR code and the numbers", async () => {
    const page = await bench.open(LINK, {
      prepare: (api) => void Object.assign(api.links[0] ?? {}, { allowed_domains: ["https://www.example.com"] }),
    });
    await page.getByRole("button", { name: "Copy Address of the link" }).click();
    await expect.poll(() => clipboard(page)).toBe(`${bench.api().url}/public/chat/pl_kept_secret`);
    await page.getByRole("button", { name: "Copy Snippet" }).click();
    await expect.poll(() => clipboard(page)).toContain("/widget.js");
    await page.getByRole("radio", { name: "In the page" }).click();
    await page.getByRole("button", { name: "Copy Snippet" }).click();
    await expect.poll(() => clipboard(page)).toContain("<iframe src=");
    await page.getByAltText("QR code of the address").waitFor();
    await expect.poll(() => page.evaluate("document.querySelector('figure img').naturalWidth")).toBeGreaterThan(0);
    const qr = await saved(page, () => page.getByRole("button", { name: "Download the QR code" }).click());
    expect(qr).toMatchObject({ name: "front-desk-poster-qr.svg", text: expect.stringMatching(/^<svg/) });
    await choose(page, "Period", "Last 7 days");
    await expect.poll(() => calls("GET /agents/:/public-links/:/analytics").at(-1)?.query.get("days")).toBe("7");
    const chart = page.getByRole("figure", { name: "Conversations by day" });
    await chart.getByRole("button", { name: "Show as table" }).click();
    await expect.poll(() => chart.getByRole("row").count()).toBe(8);
    const numbers = await saved(page, () => chart.getByRole("button", { name: /as CSV$/ }).click());
    expect(numbers.text.split("\r\n").slice(0, 2)).toEqual([
      "Day,Conversations,Completed",
      expect.stringMatching(/^\d{4}-\d\d-\d\d,0,0$/),
    ]);
    expect(calls("GET /analytics/:")[0]?.query.get("link_id")).toBe(LINK_ID);
  });

  it("asks for the site of the snippet and allows it, because browsers refuse a frame on any other", async () => {
    const page = await bench.open(LINK, {
      prepare: (api) => {
        Object.assign(api.links[0] ?? {}, { allowed_domains: [] });
        const errors = [{ pointer: "/allowed_domains/0", rule: "site", message: "must be a site" }];
        api.refuse["PUT /agents/:/public-links/:"] = {
          status: 422,
          code: "validation_failed",
          detail: "wrong",
          errors,
        };
      },
    });
    const site = page.getByRole("textbox", { name: "Your site" });
    await site.fill("not a site");
    await site.press("Enter");
    await page.getByText("must be a site").waitFor();
    bench.api().refuse = {};
    // As it is copied from the bar of a browser.
    await site.fill("https://www.example.com/prices?from=mail");
    await page.getByRole("button", { name: "Allow this site" }).click();
    await page.getByRole("button", { name: "Copy Snippet" }).waitFor();
    await page.getByText("Works on https://www.example.com").waitFor();
    await page.getByRole("button", { name: "Add a site" }).click();
    await site.fill("shop.example.com");
    await site.press("Enter");
    await page.getByText("Works on https://www.example.com, shop.example.com").waitFor();
    expect(calls("PUT /agents/:/public-links/:").at(-1)?.body).toEqual({
      allowed_domains: ["https://www.example.com", "shop.example.com"],
    });
  });

  it("explains to insufficient roles why they see no URL", async () => {
    const page = await bench.open(LINK, {
      prepare: (api) => {
        api.refuse["GET /agents/:/public-links/:/embed"] = { status: 403, code: "forbidden", detail: "no" };
      },
    });
    await page.getByText("Only editors and above see the address").waitFor();
    await page.getByText("Came to the end").waitFor();
  });

  it("returns to the list when the link is deleted, after its title was typed", async () => {
    const page = await bench.open(LINK);
    await more(page, "Disable");
    await page.getByText("is disabled; its conversations wait").waitFor();
    await more(page, "Delete…");
    const dialog = page.getByRole("dialog");
    await dialog.getByText("1 live session ends now").waitFor();
    await dialog.getByText("What was said in 12 conversations").waitFor();
    // It is off already.
    await expect.poll(() => dialog.getByRole("button", { name: "Disable instead" }).count()).toBe(0);
    const remove = dialog.getByRole("button", { name: "Delete the link" });
    await expect.poll(() => remove.isEnabled()).toBe(false);
    await dialog.getByLabel("Type “Front desk poster” to go on").fill("Front desk poster");
    await remove.click();
    await page.getByText("No links to Clinic Desk yet").waitFor();
    await page.getByText("“Front desk poster” is deleted; 2 live sessions were ended.").waitFor();
  });

  it("offers to disable a link in place of deleting it", async () => {
    const page = await bench.open(LINK);
    await more(page, "Delete…");
    await page.getByRole("button", { name: "Disable instead" }).click();
    await page.getByText("is disabled; its conversations wait").waitFor();
    expect(calls("DELETE /agents/:/public-links/:")).toEqual([]);
    expect(calls("PUT /agents/:/public-links/:").map(({ body }) => body)).toEqual([{ is_active: false }]);
  });

  it("shows in the dialog why a link was not deleted", async () => {
    const page = await bench.open(LINK, {
      prepare: (api) => {
        api.links = [linkRow({ usage: usageRow({ messages: 0 }) })];
        api.refuse["DELETE /agents/:/public-links/:"] = { status: 403, code: "forbidden", detail: "Too small a role." };
      },
    });
    await more(page, "Delete…");
    await page.getByRole("dialog").getByText("It has no messages.").waitFor();
    await page.getByRole("button", { name: "Delete the link" }).click();
    await page.getByRole("dialog").getByText("Too small a role.").waitFor();
  });
});

describe.skipIf(skipBrowser)("many links", () => {
  it("creates one per person of a pasted list and exports them as CSV", async () => {
    const page = await bench.open("/console/links/clinic-desk/many");
    await page.getByRole("button", { name: "Create the links" }).click();
    await page.getByText("ust hold at least one person").waitFor();
    await expect.poll(() => page.getByLabel("For one person").count()).toBe(0);
    await page.getByLabel("People").fill("=Ada, ada@example.com\nBo");
    await page.getByRole("button", { name: "Create 2 links" }).click();
    await page.getByRole("heading", { name: "2 links ready" }).waitFor();
    expect(calls("POST /agents/:/public-links/:")).toHaveLength(1);
    expect(calls("POST /agents/:/public-links/:")[0]?.body).toMatchObject({
      create: [{ welcome_message: "Hello {{recipient.name}}!", max_sessions: 1 }],
      recipients: [{ name: "=Ada", email: "ada@example.com" }, { name: "Bo" }],
    });
    const file = await saved(page, () => page.getByRole("button", { name: "Download as CSV" }).click());
    const address = `${bench.api().url}/public/chat/pl_person_`;
    expect(file.text).toBe(`name,email,url\r\n'=Ada,ada@example.com,${address}0\r\nBo,,${address}1\r\n`);
  });

  it("copies a URL from the panel, and disables selected links after a warning", async () => {
    const page = await bench.open("/console/links/clinic-desk", {
      prepare: (api) => {
        const off = linkRow({
          id: "0198a000-0000-7000-8000-0000000000f1",
          title: "Off",
          is_active: false,
          status: "inactive",
        });
        api.links.push(off, linkRow({ id: "0198a000-0000-7000-8000-0000000000f2", title: "Third" }));
      },
    });
    await page.getByRole("row").filter({ hasText: "Front desk poster" }).getByText("12 of 50").click();
    const panel = page.getByRole("complementary", { name: "Front desk poster" });
    await panel.getByRole("button", { name: "Copy the address" }).click();
    await page.getByText("The address of “Front desk poster” is copied.").waitFor();
    await expect.poll(() => clipboard(page)).toBe(`${bench.api().url}/public/chat/pl_kept_secret`);
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Select all" }).click();
    await page.getByText("3 links selected").waitFor();
    await page.getByLabel("Select Third").uncheck();
    await page.getByText("2 links selected").waitFor();
    await page.getByRole("button", { name: "Disable 1 link" }).click();
    await page.getByText("1 live session stops now.").waitFor();
    await page.getByRole("button", { name: "Disable them" }).click();
    await page.getByText("1 disabled.").waitFor();
    expect(calls("POST /agents/:/public-links/:").map(({ body }) => body)).toEqual([{ deactivate: [LINK_ID] }]);
    await expect.poll(() => page.getByRole("row").filter({ hasText: "Disabled" }).count()).toBe(2);
  });
});

describe.skipIf(skipBrowser)("a long list of links", () => {
  it("is filtered by words and state in the URL, and selects only filtered rows", async () => {
    const page = await bench.open("/console/links/clinic-desk", {
      prepare: (api) => {
        const id = (index: number) => `0198a000-0000-7000-8000-0000000010${String(index).padStart(2, "0")}`;
        api.links = Array.from({ length: 12 }, (_, index) =>
          linkRow({
            id: id(index),
            title: `Link ${index}`,
            recipient: { name: index % 6 ? `Person ${index}` : "Ada" },
          }),
        );
      },
    });
    const rows = page.getByRole("row").filter({ hasText: "Link" }).filter({ hasText: "of 50" });
    await expect.poll(() => rows.count()).toBe(12);
    await page.getByLabel("Find").fill("ada link");
    await expect.poll(() => rows.count()).toBe(2);
    await expect.poll(() => new URL(page.url()).searchParams.get("q")).toBe("ada link");
    await page.reload();
    await expect.poll(() => rows.count()).toBe(2);
    await page.getByRole("button", { name: "Select all" }).click();
    await page.getByRole("button", { name: "Disable 2 links" }).click();
    await page.getByText("Disable 2 links?").waitFor();
    await page.keyboard.press("Escape");
    await page.getByLabel("Find").fill("nobody");
    await page.getByText("Nothing matches these filters").waitFor();
  });
});

describe.skipIf(skipBrowser)("who may come in", () => {
  it("keeps the policy of an agent and decides requests", async () => {
    const page = await bench.open("/console/agents/clinic-desk/access", {
      prepare: (api) => {
        api.requests = [requestRow({}), requestRow({ id: "2", email: "eve@example.com" })];
      },
    });
    await choose(page, "Who may talk", "Approved addresses");
    await page.getByLabel("Need no approval").fill("ada@example.com, cy@example.com");
    await page.getByRole("button", { name: "Save access" }).click();
    await page.getByText("It counts for all links of this agent at once").waitFor();
    expect(calls("PUT /agents/:/access-policy")[0]?.body).toEqual({
      mode: "approval",
      allowed_emails: ["ada@example.com", "cy@example.com"],
      links_enabled: true,
      notify_email: null,
    });
    await page.getByRole("button", { name: "Approve bob@example.com" }).click();
    await page.getByText("bob@example.com is approved").waitFor();
    await page.getByRole("button", { name: "Deny eve@example.com" }).click();
    await page.getByText("Nobody is waiting.").waitFor();
    await choose(page, "Which requests", "Approved");
    await page.getByRole("button", { name: "Deny bob@example.com" }).waitFor();
  });
});

describe.skipIf(skipBrowser)("the mailbox of development", () => {
  it("is among the pages only where mails are kept", async () => {
    const page = await bench.open("/console");
    await page.getByText("Latest sessions").waitFor();
    await expect.poll(() => calls("GET /dev/:").length).toBeGreaterThan(0);
    const tab = page.getByRole("navigation").getByRole("link", { name: "Mail" });
    await expect.poll(() => tab.count()).toBe(0);
    bench.api().mails = [mailRow({})];
    await page.reload();
    await tab.click();
    await page.getByRole("row").last().click();
    await page.getByText("123456").waitFor();
  });

  it("shows a mail in the direction of its language", async () => {
    const page = await bench.open("/console/mail", {
      prepare: (api) => {
        api.mails = [mailRow({ subject: "رمزك للتحدث مع Desk", text: "رمزك هو\n\n    123456\n" })];
      },
    });
    const subject = page.getByRole("row").getByText("رمزك للتحدث");
    await subject.click();
    await page.getByText("123456").waitFor();
    for (const part of ["pre", "[role=row] span[dir]"])
      await expect
        .poll(() => page.evaluate(`getComputedStyle(document.querySelector("${part}")).direction`))
        .toBe("rtl");
  });
});

describe.skipIf(skipBrowser)("visitors whom the embedding site knows", () => {
  it("are set up by a secret that is shown once, by keys, and turned off after asking", async () => {
    const page = await bench.open(LINK, { width: 360 });
    const section = page.getByRole("region", { name: "Visitors your site knows" });
    await section.getByText("There is no secret yet.").waitFor();
    await section.getByRole("button", { name: "Make a secret" }).click();
    await section.getByText("Copy the secret now").waitFor();
    await expect
      .poll(() => section.getByRole("textbox", { name: "Secret for HS256" }).inputValue())
      .toBe("his_only_once");
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
    await screenshot(page, "host-identity-360");
    await section.getByRole("button", { name: "I have it" }).click();
    await expect.poll(() => section.getByRole("textbox", { name: "Secret for HS256" }).count()).toBe(0);
    await section.getByRole("button", { name: "Replace the secret" }).click();
    await page.getByRole("button", { name: "Replace it" }).click();
    await section.getByText("the one before it counts until").waitFor();
    const secrets = calls("POST /agents/:/public-links/:/identity/:");
    expect(new Set(secrets.map(({ headers }) => headers["idempotency-key"])).size).toBe(2);

    await section.getByText("Public keys of your site").click();
    bench.api().refuse["PUT /agents/:/public-links/:/identity"] = {
      ...{ status: 422, code: "validation_failed", detail: "wrong" },
      errors: [{ pointer: "/jwks_url", rule: "pattern", message: "must be an https address" }],
    };
    await section.getByLabel("Address of a JWK set").fill("ftp://example.com");
    await section.getByRole("button", { name: "Save the keys" }).click();
    await section.getByText("must be an https address").waitFor();
    bench.api().refuse = {};
    await section.getByLabel("Address of a JWK set").fill(" https://example.com/jwks.json ");
    await section.getByRole("button", { name: "Save the keys" }).click();
    await page.getByText("The keys are saved.").waitFor();
    expect(calls("PUT /agents/:/public-links/:/identity").at(-1)?.body).toEqual({
      ...{ jwks_url: "https://example.com/jwks.json", public_key: null },
    });
    await section.getByRole("button", { name: "Turn off" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Turn off" }).click();
    await section.getByText("There is no secret yet.").waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });

  it("are hidden from roles that may not change links", async () => {
    const page = await bench.open(LINK, {
      prepare: (api) => {
        api.refuse["GET /agents/:/public-links/:/identity"] = { status: 403, code: "forbidden", detail: "no" };
      },
    });
    const section = page.getByRole("region", { name: "Visitors your site knows" });
    await section.getByText("Only editors and above set this up.").waitFor();
    await expect.poll(() => section.getByRole("button").count()).toBe(0);
  });
});
