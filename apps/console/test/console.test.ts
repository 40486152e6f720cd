import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { TOKEN } from "./fake-api.js";
import type { FakeApi } from "./fake-contract.js";
import { linkRow, sessionRow, stepRow, usageRow } from "./rows.js";
import { axeFindings, choose, consoleBench, skipBrowser } from "./setup.js";

const FIRST_LOAD_BUDGET_BYTES = 120 * 1024;
const PAGE_BUDGET_BYTES = 12 * 1024;
const bench = consoleBench();
const zippedBytes = (file: string): number => gzipSync(readFileSync(join(bench.dist(), "assets", file))).length;
/** Files that these import in their first lines, and those that do, and so on. */
function needed(files: string[], known = new Set<string>()): Set<string> {
  for (const file of files.filter((one) => !known.has(one))) {
    known.add(file);
    const code = readFileSync(join(bench.dist(), "assets", file), "utf8");
    needed(
      [...code.matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g)].map(([, name = ""]) => name),
      known,
    );
  }
  return known;
}
const calls = (name: string) => bench.api().seen.filter(({ call }) => call === name);
const stored = (page: Page): Promise<string | null> => page.evaluate('sessionStorage.getItem("parley-console-token")');
const focused = (page: Page): Promise<string> =>
  page.evaluate("document.activeElement.id || document.activeElement.tagName");

describe.skipIf(skipBrowser)("what is shipped", () => {
  it("needs at most 120 kB of script for the first page, and for the page to sign in, and has nothing inline", async () => {
    const page = await bench.open("/console", { signedIn: false });
    const fetched = new Set<string>();
    page.on("request", (request) => {
      if (request.resourceType() === "script") fetched.add(basename(new URL(request.url()).pathname));
    });
    await page.reload();
    await page.getByLabel("Access token").fill(TOKEN);
    await page.getByLabel("Access token").press("Enter");
    await page.getByText("Latest sessions").waitFor();
    expect([...fetched].some((file) => file.startsWith("overview-"))).toBe(true);
    // Charts, the stream of facts and the foot of the navigation come when the first page stands already.
    const first = needed([...fetched].filter((file) => /^(index|overview)-/.test(file)));
    expect([...first].filter((file) => !fetched.has(file))).toEqual([]);
    const signIn = needed([...fetched].filter((file) => /^(index|sign-in-page)-/.test(file)));
    expect(signIn.size).toBeGreaterThan(1);
    for (const files of [first, signIn]) {
      const bytes = [...files].reduce((sum, file) => sum + zippedBytes(file), 0);
      expect(bytes).toBeLessThanOrEqual(FIRST_LOAD_BUDGET_BYTES);
    }
    const html = readFileSync(join(bench.dist(), "index.html"), "utf8");
    expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)|\son\w+=/);
  });

  it("has a file for each page, none of them larger than 12 kB, each with its compressed twins", () => {
    const files = readdirSync(join(bench.dist(), "assets"));
    const scripts = files.filter((file) => file.endsWith(".js"));
    expect(scripts.every((file) => /-[\w-]{8}\.js$/.test(file))).toBe(true);
    const router = readFileSync(join(import.meta.dirname, "../src/app/router.ts"), "utf8");
    const pages = [...router.matchAll(/import\("\.\.\/[\w-]+\/([\w-]+)\.js"\)/g)].map(([, name]) => name);
    expect(pages.length).toBeGreaterThan(15);
    for (const name of new Set(pages)) {
      const own = scripts.filter((file) => file.slice(0, -"-12345678.js".length) === name);
      expect([name, own.length]).toEqual([name, 1]);
    }
    // Heavy parts come when they are first used: the kit's popups, palette, editor, charts, markdown, flow, what reads cron patterns and
    // what reads documents (`src`).
    const noPage =
      /^(index|shared|kit|table|menu|combobox|form-state|palette|look|editor-view|merge-box|plot|render|cron-words|flow-canvas|src)-/;
    const others = scripts.filter((file) => !noPage.test(file)).map((file) => [file, zippedBytes(file)] as const);
    expect(others.filter(([, bytes]) => bytes > PAGE_BUDGET_BYTES)).toEqual([]);
    expect(scripts.filter((file) => !files.includes(`${file}.br`) || !files.includes(`${file}.gz`))).toEqual([]);
  });
});

describe.skipIf(skipBrowser)("signing in", () => {
  it("checks the token, sends only it with each call, and keeps it across a reload", async () => {
    const page = await bench.open("/console/agents", { signedIn: false });
    await page.getByLabel("Access token").fill(`  ${TOKEN} `);
    await page.getByLabel("Access token").press("Enter");
    await page.getByRole("link", { name: "Clinic Desk", exact: true }).waitFor();
    await expect.poll(() => stored(page)).toBe(TOKEN);
    // Before the token is there the page asks how this browser can sign in and whether it is: nothing that would be refused.
    const [asked, ...calls] = bench.api().seen;
    expect([asked?.call, asked?.headers.authorization]).toEqual(["GET /sign-in/:", undefined]);
    expect(calls.every(({ headers }) => headers.authorization === `Bearer ${TOKEN}`)).toBe(true);
    expect(bench.api().seen.some(({ headers }) => headers.cookie !== undefined)).toBe(false);
    await page.reload();
    await page.getByRole("link", { name: "Clinic Desk", exact: true }).waitFor();
  });

  it("shows the error beside the field and stores no refused token", async () => {
    const page = await bench.open("/console", { signedIn: false });
    await page.getByLabel("Access token").fill("my password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("starts with ak_").waitFor();
    expect(bench.api().seen.map(({ call }) => call)).toEqual(["GET /sign-in/:"]);
    await page.getByLabel("Access token").fill("ak_wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("missing, wrong or expired").waitFor();
    await expect.poll(() => page.evaluate("document.activeElement.labels[0].textContent")).toBe("Access token");
    await expect.poll(() => stored(page)).toBeNull();
  });

  it("forgets the token on signing out", async () => {
    const page = await bench.open("/console", { signedIn: false });
    await page.getByLabel("Access token").fill(TOKEN);
    await page.getByLabel("Access token").press("Enter");
    await page.getByRole("button", { name: /^Account/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByText("You are signed out").waitFor();
    await expect.poll(() => stored(page)).toBeNull();
    await expect.poll(() => page.evaluate("document.cookie + localStorage.length")).toBe("0");
    await page.reload();
    await page.getByRole("heading", { name: "Sign in to the console" }).waitFor();
  });

  it("stops this browser's notifications of waiting people on sign-out", async () => {
    const page = await bench.open("/console");
    await page.addInitScript(`{
      const subscription = {
        toJSON: () => ({ endpoint: "https://push.example/1", keys: { p256dh: "p", auth: "a" } }),
        unsubscribe: async () => { window.unsubscribed = true; },
      };
      const registration = { pushManager: { getSubscription: async () => subscription }, unregister: async () => true };
      Object.defineProperty(navigator.serviceWorker, "getRegistration", { value: async () => registration });
    }`);
    const asked: string[] = [];
    await page.route(/\/api\/push-subscriptions/, async (route) => {
      asked.push(`${route.request().method()} ${new URL(route.request().url()).pathname}`);
      await route.fulfill({ json: { id: "p1" } });
    });
    await page.reload();
    await page.getByRole("button", { name: /^Account/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByText("You are signed out").waitFor();
    expect(asked).toEqual(["PUT /api/push-subscriptions", "DELETE /api/push-subscriptions/p1"]);
    await expect.poll(() => page.evaluate("window.unsubscribed")).toBe(true);
  });

  it("asks for the token again when the server stops accepting it", async () => {
    const page = await bench.open("/console/agents");
    await page.getByRole("link", { name: "Clinic Desk", exact: true }).waitFor();
    bench.api().refuse["GET /sessions"] = { status: 401, code: "invalid_token", detail: "wrong" };
    await page.getByRole("navigation").getByRole("link", { name: "Sessions" }).click();
    await page.getByText("Your sign-in is no longer valid").waitFor();
    await expect.poll(() => stored(page)).toBeNull();
  });
});

describe.skipIf(skipBrowser)("agents", () => {
  const DOCUMENT = '{\n  "agent": { "name": "Clinic Desk" },\n  "workflow": {\n    "nodes": [{ "id": "a" }]\n  }\n}';

  it("activates a version and confirms it", async () => {
    const page = await bench.open("/console/agents/clinic-desk/versions");
    await page.getByRole("button", { name: "Roll back to version 1" }).click();
    await page.getByText("Conversations that already run keep their version.").waitFor();
    await page.getByRole("button", { name: "Roll back", exact: true }).click();
    await page.getByText("Version 1 is active.").waitFor();
    await page.getByRole("button", { name: "Activate version 2" }).waitFor();
    await expect.poll(() => focused(page)).not.toBe("BODY");
  });

  it("runs the tests of a version and shows failures with reasons, coverage, or that there are none", async () => {
    const step = stepRow({ step: 1, say: "Hello", passed: false, reasons: ["path: expected greet, got bye"] });
    const page = await bench.open("/console/agents/clinic-desk/versions", {
      prepare: (api) => {
        api.tested = {
          passed: false,
          tests: [
            { name: "says hello", passed: false, steps: [stepRow({}), step] },
            { name: "says bye", passed: true, steps: [] },
          ],
          coverage: {
            nodes: { visited: 3, total: 4, unvisited: [] },
            edges: { visited: 2, total: 5, unvisited: [] },
          },
        };
      },
    });
    await page.getByRole("button", { name: "Test version 1" }).click();
    await page.getByRole("heading", { name: "Version 1: 1 of 2 tests passed" }).waitFor();
    await page.getByText("Step 1 “Hello”: path: expected greet, got bye").waitFor();
    await page.getByText("3 of 4 nodes and 2 of 5 transitions were visited.").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    bench.api().tested = { passed: false, tests: [] };
    await page.getByRole("button", { name: "Test version 2" }).click();
    await page.getByText("Version 2 has no tests.").waitFor();
  });

  it("validates without storing, then imports under the name that the document suggests", async () => {
    const page = await bench.open("/console/import");
    await page.getByLabel("Document").fill(DOCUMENT);
    await expect.poll(() => page.getByLabel("Agent", { exact: true }).inputValue()).toBe("clinic-desk");
    await page.getByRole("button", { name: "Check only" }).click();
    await page.getByText("The document is valid").waitFor();
    await page.getByLabel("Notes").fill("From the test");
    await page.getByRole("checkbox", { name: "Use this version" }).uncheck();
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await page.getByRole("heading", { name: "Version 3" }).waitFor();
    expect(calls("POST /agents/:/import").map(({ body }) => body)).toEqual([
      { document: DOCUMENT, dry_run: true, activate: true },
      { document: DOCUMENT, dry_run: false, activate: false, notes: "From the test" },
    ]);
  });

  it("shows each finding by its path and selects its place", async () => {
    const page = await bench.open("/console/import", {
      prepare: (api) => {
        const issue = { path: ["workflow", "nodes", 0, "id"], code: "x", message: "is odd", severity: "error" };
        api.refuse["POST /agents/:/import"] = { status: 422, code: "invalid_document", detail: "bad", issues: [issue] };
      },
    });
    await page.getByLabel("Document").fill(DOCUMENT);
    await page.getByRole("button", { name: "Check only" }).click();
    await page.getByText("workflow.nodes[0].id").waitFor();
    await page.getByRole("button", { name: "Show line 4" }).click();
    const selected = await page.evaluate(
      "document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)",
    );
    expect(selected).toBe('"a"');
  });

  it("checks a document without a name, but does not import it", async () => {
    const page = await bench.open("/console/import");
    await page.getByLabel("Document").fill("workflow: {}");
    await page.getByRole("button", { name: "Check only" }).click();
    await page.getByText("is missing").waitFor();
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await page.getByText("Enter a name for the agent.").waitFor();
    await expect.poll(() => page.evaluate("document.activeElement.labels[0].textContent")).toBe("Agent");
    expect(calls("POST /agents/:/import")).toEqual([]);
  });

  it("shows beside the field that a text is not a document at all", async () => {
    const page = await bench.open("/console/import/clinic-desk", {
      prepare: (api) => {
        const errors = [{ pointer: "/document", rule: "yaml", message: "is neither JSON nor YAML" }];
        api.refuse["POST /agents/:/import"] = { status: 422, code: "invalid_document", detail: "bad", errors };
      },
    });
    await page.getByLabel("Document").fill("agent: [");
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await page.getByText("neither JSON nor YAML").waitFor();
    await expect.poll(() => page.evaluate("document.activeElement.value")).toBe("agent: [");
  });

  it("reads a document from a file", async () => {
    const page = await bench.open("/console/import");
    const file = { name: "a.yaml", mimeType: "application/yaml", buffer: Buffer.from("agent:\n  name: Night Desk\n") };
    await page.locator("input[type=file]").setInputFiles(file);
    await expect.poll(() => page.getByLabel("Agent", { exact: true }).inputValue()).toBe("night-desk");
  });
});

describe.skipIf(skipBrowser)("links", () => {
  it("creates one, shows its URL once and copies it", async () => {
    const page = await bench.open("/console/links/clinic-desk/new");
    await page.getByLabel("Title").fill("Spring");
    await choose(page, "Stops working", "In a day");
    await page.getByRole("button", { name: "Create the link" }).click();
    await page.getByRole("button", { name: "Copy Address of the link" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    await expect
      .poll(() => page.evaluate("navigator.clipboard.readText()"))
      .toBe(`${bench.api().url}/public/chat/pl_new_secret`);
    const [made] = calls("POST /agents/:/public-links");
    expect(made?.body).toEqual({
      title: "Spring",
      max_sessions: 1,
      max_messages_per_session: 100,
      session_timeout_minutes: 30,
      rate_limit_per_minute: 10,
      max_message_length: 4000,
      expires_in_hours: 24,
    });
    await page.getByRole("link", { name: "back to the links" }).click();
    await page.getByRole("link", { name: "Spring", exact: true }).waitFor();
    expect(await page.content()).not.toContain("pl_new_secret");
  });

  it("shows the server's field errors beside the fields, and reuses the key only for an unchanged retry", async () => {
    const page = await bench.open("/console/links/clinic-desk/new", {
      prepare: (api) => {
        const errors = [{ pointer: "/allowed_domains/0", rule: "x", message: "is not known here" }];
        api.refuse["POST /agents/:/public-links"] = { status: 422, code: "validation_failed", detail: "Some", errors };
      },
    });
    const create = page.getByRole("button", { name: "Create the link" });
    await create.click();
    await page.getByText("is not known here").waitFor();
    await expect
      .poll(() => page.evaluate("document.activeElement.labels[0].textContent"))
      .toBe("Other sites that may use it");
    await create.click();
    await expect.poll(() => calls("POST /agents/:/public-links").length).toBe(2);
    await page.getByLabel("Title").fill("Another");
    await create.click();
    await expect.poll(() => calls("POST /agents/:/public-links").length).toBe(3);
    const keys = calls("POST /agents/:/public-links").map(({ headers }) => headers["idempotency-key"]);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it("disables and enables by keyboard, from the panel beside the list", async () => {
    const page = await bench.open("/console/links/clinic-desk");
    await page.getByRole("row").filter({ hasText: "Front desk poster" }).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    const more = page.getByRole("button", { name: "More for Front desk poster" });
    for (const what of ["Disable", "Enable"]) {
      await more.press("Enter");
      await page.getByRole("menuitem", { name: what }).press("Enter");
      await page.getByText(`poster” is ${what.toLowerCase()}d`).waitFor();
    }
    await more.press("Enter");
    await page.getByRole("menuitem", { name: "Disable" }).waitFor();
    expect(calls("PUT /agents/:/public-links/:").map(({ body }) => body)).toEqual([
      { is_active: false },
      { is_active: true },
    ]);
  });

  it("asks with the current number of live sessions before it deletes, and closes with Escape", async () => {
    const page = await bench.open("/console/links/clinic-desk");
    await page.getByRole("row").filter({ hasText: "Front desk poster" }).getByText("12 of 50").click();
    const remove = async (): Promise<void> => {
      await page.getByRole("button", { name: "More for Front desk poster" }).click();
      await page.getByRole("menuitem", { name: "Delete…" }).click();
    };
    bench.api().links = [linkRow({ usage: usageRow({ sessions_active: 7, messages: 0 }) })];
    await remove();
    await page.getByText("7 live sessions end now").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    expect(calls("DELETE /agents/:/public-links/:")).toEqual([]);
    await remove();
    await page.getByRole("button", { name: "Delete the link" }).click();
    await page.getByText("2 live sessions were ended").waitFor();
    await page.getByText("No links to Clinic Desk yet").waitFor();
  });
});

describe.skipIf(skipBrowser)("sessions", () => {
  const many = (api: FakeApi): void => {
    api.sessions = Array.from({ length: 60 }, (_, index) =>
      sessionRow({ session_id: `text_${index}`, status: index === 59 ? "error" : "active" }),
    );
  };

  it("filters by the address and loads older ones", async () => {
    const page = await bench.open("/console/sessions", { prepare: many });
    // The first page; on a slow machine the table has asked for the next one before it knew its own height.
    await page.getByText(/^(50 rows so far|60 rows)/).waitFor();
    await page.getByRole("grid", { name: "Sessions" }).getByRole("row").nth(1).click();
    for (let step = 0; step < 30; step += 1) await page.keyboard.press("j");
    await page.getByText("60 rows", { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("combobox", { name: "Status" }).click();
    await page.getByRole("option", { name: "Failed" }).click();
    await page.getByText("1 row", { exact: true }).waitFor();
    await expect.poll(() => new URL(page.url()).search).toBe("?status=error");
    await page.reload();
    await page.getByText("1 row", { exact: true }).waitFor();
  });

  it("shows collected data as text and ends a session after asking", async () => {
    const page = await bench.open("/console/sessions/text_x", {
      prepare: (api) => {
        api.sessions = [sessionRow({ session_id: "text_x", collected_data: { name: "<img src=x onerror=alert(1)>" } })];
      },
    });
    // Once in what was collected, once in what was said.
    await expect.poll(() => page.getByText("<img src=x").count()).toBe(2);
    await expect.poll(() => page.locator("main img").count()).toBe(0);
    await page.getByRole("button", { name: "End the session" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "End the session" }).click();
    await page.getByText("Completed").waitFor();
    expect(calls("POST /sessions/:/end")).toHaveLength(1);
  });
});

describe.skipIf(skipBrowser)("finding one's way", () => {
  it("navigates back and forward, each page with its own title and the focus on its heading", async () => {
    const page = await bench.open("/console");
    await page.getByText("Latest sessions").waitFor();
    await page.getByRole("navigation").getByRole("link", { name: "Agents" }).click();
    await page.getByRole("link", { name: "Clinic Desk", exact: true }).click();
    await page.getByRole("heading", { name: "Clinic Desk" }).waitFor();
    await expect.poll(() => page.title()).toBe("Clinic Desk · Parley console");
    await expect.poll(() => focused(page)).toBe("H1");
    await page.goBack();
    await page.getByRole("heading", { name: "Agents" }).waitFor();
    await expect.poll(() => new URL(page.url()).pathname).toBe("/console/agents");
  });

  it("shows an error in the server's words and retries", async () => {
    const page = await bench.open("/console/agents", {
      prepare: (api) => {
        api.refuse["GET /agents"] = { status: 503, code: "not_ready", detail: "The service is starting." };
      },
    });
    await page.getByText("The service is starting.").waitFor();
    bench.api().refuse = {};
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("link", { name: "Clinic Desk", exact: true }).waitFor();
  });
});
