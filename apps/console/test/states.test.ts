import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { FakeApi } from "./fake-contract.js";
import { LOGO } from "./pictures.js";
import {
  agentRow,
  DOCUMENT_ID,
  documentRow,
  LINK_ID,
  linkRow,
  mailRow,
  requestRow,
  securityRow,
  sessionRow,
  usageRow,
} from "./rows.js";
import { choose, consoleBench, expectGoodLooks, previewOf, sidewaysOverflow, skipBrowser } from "./setup.js";

const bench = consoleBench();

interface State {
  name: string;
  path: string;
  signedIn?: boolean;
  prepare?: (api: FakeApi) => void;
  act?: (page: Page) => Promise<void>;
  shows: string;
}

const nothing = (api: FakeApi): void => {
  api.agents = [];
  api.versions = [];
  api.links = [];
  api.sessions = [];
  api.documents = [];
};
const unread = (api: FakeApi): void => {
  api.documents = [];
};
const everything = (api: FakeApi): void => {
  api.agents.push(
    agentRow({ id: "0198a000-0000-7000-8000-00000000000a", name: "Draft", slug: "draft", active_version: null }),
  );
  api.links.push(
    linkRow({ id: "2", title: "Disabled on purpose", status: "inactive", is_active: false }),
    linkRow({ id: "3", title: "Summer ".repeat(20), status: "expired", expires_at: "2026-01-01T00:00:00.000Z" }),
    linkRow({
      id: "4",
      title: "Full",
      status: "full",
      max_sessions: 1,
      usage: usageRow({ sessions_used: 1, sessions_active: 0, messages: 0, last_used_at: null }),
    }),
  );
  for (const status of ["completed", "abandoned", "error"])
    api.sessions.push(sessionRow({ session_id: `text_${status}`, status, link_id: null }));
};
const library = (api: FakeApi): void => {
  const started_at = new Date().toISOString();
  api.ingesting = [
    { name: "manual.pdf", bytes: 9_000_000, status: "processing", error: null, started_at },
    { name: "scan.pdf", bytes: 120_000, status: "failed", error: "document_unreadable", started_at },
  ];
  const state = (status: string, error: string | null = null) => ({ embedding: { status, error, tokens: 0, cost: 0 } });
  api.documents.push(
    documentRow({
      id: "0198a000-0000-7000-8000-0000000000d2",
      name: "handbook of the whole clinic, with everything.pdf",
      media_type: "application/pdf",
      bytes: 4_400_000,
      chunks: 1_204,
      ...state("processing"),
    }),
    documentRow({
      id: "0198a000-0000-7000-8000-0000000000d3",
      name: "hours.html",
      media_type: "text/html",
      chunks: 1,
      bytes: 310,
      ...state("failed", "model_unavailable"),
    }),
    documentRow({
      id: "0198a000-0000-7000-8000-0000000000d4",
      name: "notes.txt",
      media_type: "text/plain",
      ...state("off"),
    }),
  );
};
const LINK_PATH = `/console/links/clinic-desk/${LINK_ID}`;
const noticed = (api: FakeApi): void => {
  api.securityEvents = [securityRow({}), securityRow({ id: "2", kind: "country_refused", count: 1, country: "RU" })];
};
const invalid = {
  status: 422,
  code: "invalid_document",
  detail: "The agent document has errors.",
  issues: [
    { path: ["workflow", "nodes", 0, "id"], code: "duplicate_id", message: "is used twice", severity: "error" },
    { path: ["agent"], code: "no_description", message: "has no description", severity: "warning" },
  ],
};

const userRow = (row: Record<string, unknown>) => ({
  ...{ id: "0198a000-0000-7000-8000-0000000000f1", email: "ada@example.com", name: "Ada Lovelace", role: "owner" },
  ...{ status: "active", created_at: "2026-11-01T10:00:00.000Z", last_seen_at: "2026-11-22T10:00:00.000Z", me: true },
  ...row,
});
const people = (api: FakeApi): void => {
  const away = { me: false, last_seen_at: null };
  api.users = [
    userRow({}),
    userRow({ id: "2", email: "grace@example.com", name: null, role: "operator", status: "invited", ...away }),
    userRow({ id: "4", email: "hal@example.com", name: "Hal", role: "editor", status: "disabled", me: false }),
    userRow({ id: "3", email: `${"long".repeat(14)}@example.com`, name: "Who was here", status: "removed", ...away }),
  ];
};

const STATES: State[] = [
  { name: "people", path: "/console/settings/people", prepare: people, shows: "grace@example.com" },
  { name: "people-empty", path: "/console/settings/people", shows: "Nobody yet" },
  {
    name: "people-invite",
    path: "/console/settings/people",
    prepare: people,
    act: (page) => page.getByRole("button", { name: "Invite somebody" }).click(),
    shows: "A mail tells them",
  },
  { name: "sign-in-link", path: "/console/sign-in#token=pi_abc", signedIn: false, shows: "Sign in to the console" },
  {
    name: "sign-in-tenant",
    path: "/console/sign-in#choose",
    signedIn: false,
    prepare: (api) => {
      const at = { role: "admin", last_seen_at: "2026-11-22T10:00:00.000Z" };
      api.tenants = [
        { id: "1", name: "Acme", ...at },
        { id: "2", name: `Clinic of ${"long".repeat(14)}`, role: "viewer", last_seen_at: null },
      ];
    },
    shows: "never signed in",
  },
  { name: "sign-in", path: "/console", signedIn: false, shows: "Sign in to the console" },
  {
    name: "sign-in-refused",
    path: "/console",
    signedIn: false,
    act: async (page) => {
      await page.getByLabel("Access token").fill("ak_wrong");
      await page.getByLabel("Access token").press("Enter");
    },
    shows: "The access token is missing, wrong or expired.",
  },
  { name: "overview", path: "/console", prepare: everything, shows: "Latest sessions" },
  { name: "overview-empty", path: "/console", prepare: nothing, shows: "Three steps to the first conversation" },
  {
    name: "overview-demo",
    path: "/console",
    prepare: (api) => {
      everything(api);
      api.demoWeek = { state: "played", sessions: 70, links: [{ agent: "support", id: LINK_ID }] };
      api.system = { dead_letters: 2, webhooks_failing: 1 };
      Object.assign(api.sessions[0] ?? {}, { waiting_since: new Date(Date.now() - 400_000).toISOString() });
    },
    act: (page) => page.getByText("Ratings by day").waitFor(),
    shows: "Remove them…",
  },
  {
    name: "overview-refused",
    path: "/console",
    prepare: (api) => {
      api.refuse["GET /overview"] = { status: 503, code: "not_ready", detail: "The service is starting." };
    },
    shows: "Request req-4711",
  },
  { name: "analytics", path: "/console/analytics", shows: "Security events" },
  { name: "analytics-empty", path: "/console/analytics", prepare: nothing, shows: "None in this period." },
  { name: "agents", path: "/console/agents", prepare: everything, shows: "No active version" },
  { name: "agents-empty", path: "/console/agents", prepare: nothing, shows: "No agents yet" },
  { name: "agent", path: "/console/agents/clinic-desk/versions", shows: "Shorter greeting" },
  { name: "knowledge", path: "/console/knowledge/clinic-desk", prepare: library, shows: "Vectors failed" },
  { name: "knowledge-empty", path: "/console/knowledge/clinic-desk", prepare: unread, shows: "No documents yet" },
  {
    name: "knowledge-upload",
    path: "/console/knowledge/clinic-desk",
    act: (page) =>
      page.locator("input[type=file]").setInputFiles([
        { name: "hours.md", mimeType: "text/markdown", buffer: Buffer.from("Nine to five.") },
        { name: "setup.exe", mimeType: "application/octet-stream", buffer: Buffer.from("MZ") },
      ]),
    shows: "Only Markdown, text, HTML and PDF can be read.",
  },
  {
    name: "knowledge-search",
    path: "/console/knowledge/clinic-desk",
    prepare: library,
    act: async (page) => {
      await page.getByLabel("What a visitor might say").fill("What does an MRI cost?");
      await page.getByRole("button", { name: "Search" }).click();
      await page.getByText("score 0.0163").scrollIntoViewIfNeeded();
    },
    shows: "score 0.0163",
  },
  {
    name: "knowledge-delete",
    path: "/console/knowledge/clinic-desk",
    act: (page) => page.getByRole("button", { name: "Delete prices.md" }).click(),
    shows: "Version 2 and newer lose it",
  },
  {
    name: "knowledge-document",
    path: `/console/knowledge/clinic-desk/${DOCUMENT_ID}`,
    shows: "Passage 1",
  },
  { name: "import", path: "/console/import", shows: "Check first" },
  {
    name: "import-issues",
    path: "/console/import/clinic-desk",
    prepare: (api) => {
      api.refuse["POST /agents/:/import"] = invalid;
    },
    act: async (page) => {
      await page.getByLabel("Document").fill('{\n  "agent": {},\n  "workflow": { "nodes": [\n    { "id": "a" }] }\n}');
      await page.getByRole("button", { name: "Check only" }).click();
    },
    shows: "is used twice",
  },
  { name: "links", path: "/console/links/clinic-desk", prepare: everything, shows: "Front desk poster" },
  {
    name: "links-empty",
    path: "/console/links",
    prepare: (api) => {
      api.links = [];
    },
    shows: "No links to Clinic Desk yet",
  },
  {
    name: "new-link",
    path: "/console/links/clinic-desk/new",
    act: async (page) => {
      await page.getByText("Version and instructions").click();
      await choose(page, "Stops working", "At a time of your choice…");
      await choose(page, "For whom", "Several people");
      await page.getByLabel("Conversations", { exact: true }).fill("0");
      await page.getByRole("button", { name: "Create the link" }).click();
    },
    shows: "ust be a whole number from 1 to 10,000",
  },
  {
    name: "new-link-whole",
    path: "/console/links/clinic-desk/new",
    act: async (page) => {
      await choose(page, "Start from", "Anonymous feedback");
      await page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })");
      await page.getByLabel("Name on the page").fill("Praxis am Park");
      await page.getByLabel("Colour", { exact: true }).fill("#ffcc00");
      await page.getByLabel("Welcome").fill("Good morning! How can we help?");
      await page.locator("input[type=file]").setInputFiles(LOGO);
      await page.getByLabel("Suggested first messages").fill("Book an appointment\nOpening hours");
      await previewOf(page).locator(".header .avatar img").waitFor();
      // What the bar covers on the way is no finding of axe's.
      await page.evaluate("scrollTo(0, 0)");
    },
    shows: "Opening hours",
  },
  {
    name: "edit-link",
    path: `/console/links/clinic-desk/${LINK_ID}/edit`,
    prepare: (api) => {
      api.links = [linkRow({ pin_required: true, allowed_countries: ["DE", "AT"], consent_text: "We keep it." })];
    },
    shows: "This link has a PIN.",
  },
  {
    name: "save-template",
    path: "/console/links/clinic-desk/new",
    act: (page) => page.getByRole("button", { name: "Save as a template" }).click(),
    shows: "Everything in the form except",
  },
  {
    name: "many-links",
    path: "/console/links/clinic-desk/many",
    act: (page) => page.getByLabel("People").fill("Ada Lovelace, ada@example.com\nBo"),
    shows: "2 people found, 1 with an address.",
  },
  {
    name: "many-made",
    path: "/console/links/clinic-desk/many",
    act: async (page) => {
      await page.getByLabel("People").fill("Ada Lovelace, ada@example.com\nNobody\nBo");
      await page.getByRole("button", { name: "Create 3 links" }).click();
    },
    shows: "2 made, 1 refused",
  },
  { name: "link", path: LINK_PATH, prepare: noticed, shows: "14 times" },
  {
    name: "link-lower",
    path: LINK_PATH,
    prepare: noticed,
    act: async (page) => {
      await page.getByRole("button", { name: "Show as table" }).first().click();
      await page.evaluate("scrollTo(0, 0)");
    },
    shows: "Completed",
  },
  {
    name: "link-unused",
    path: LINK_PATH,
    prepare: (api) => {
      api.sessions = [];
      const sessions = { total: 0, active: 0, completed: 0, abandoned: 0, error: 0 };
      api.analytics = { sessions, by_day: [], completion_rate: null };
      const detail = "The address is not known.";
      api.refuse["GET /agents/:/public-links/:/embed"] = { status: 409, code: "link_address_unknown", detail };
    },
    shows: "Nobody has used it in this time",
  },
  {
    name: "links-selected",
    path: "/console/links/clinic-desk",
    prepare: everything,
    act: async (page) => {
      await page.getByRole("button", { name: "Select all" }).click();
      await page.getByRole("button", { name: /^Disable \d/ }).click();
    },
    shows: "Nothing is removed.",
  },
  {
    name: "links-panel",
    path: `/console/links/clinic-desk?peek=${LINK_ID}`,
    prepare: everything,
    shows: "Copy the address",
  },
  {
    name: "agent-access",
    path: "/console/agents/clinic-desk/access",
    prepare: (api) => {
      api.policy = { ...api.policy, mode: "approval", allowed_emails: ["ada@example.com"] };
      api.requests = [requestRow({})];
    },
    shows: "bob@example.com",
  },
  {
    name: "mail",
    path: "/console/mail",
    prepare: (api) => {
      api.mails = [mailRow({}), mailRow({ id: "2", subject: "Access to Clinic Desk" })];
    },
    act: (page) => page.getByRole("row").last().click(),
    shows: "123456",
  },
  {
    name: "mail-empty",
    path: "/console/mail",
    prepare: (api) => {
      api.mails = [];
    },
    shows: "No mails yet",
  },
  {
    name: "links-many",
    path: "/console/links/clinic-desk",
    prepare: (api) => {
      api.links = Array.from({ length: 9 }, (_, index) =>
        linkRow({ id: `${index}`, title: `Check-in ${index}`, recipient: { name: "Ada Lovelace" } }),
      );
    },
    shows: "Check-in 8",
  },
  { name: "mail-sent", path: "/console/mail", shows: "Mails are sent" },
  {
    name: "link-created",
    path: "/console/links/clinic-desk/new",
    act: (page) => page.getByRole("button", { name: "Create the link" }).click(),
    shows: "Copy the address now",
  },
  {
    name: "delete-link",
    path: `/console/links/clinic-desk?peek=${LINK_ID}`,
    act: async (page) => {
      await page.getByRole("button", { name: "More for Front desk poster" }).click();
      await page.getByRole("menuitem", { name: "Delete…" }).click();
    },
    shows: "1 live session ends now",
  },
  { name: "sessions", path: "/console/sessions", prepare: everything, shows: "Abandoned" },
  {
    name: "sessions-peek",
    path: "/console/sessions?peek=text_completed",
    prepare: everything,
    shows: "What can I do for you?",
  },
  {
    name: "sessions-more-filters",
    path: "/console/sessions?went_badly=false",
    act: (page) => page.getByRole("button", { name: "More filters (1)" }).click(),
    shows: "Clear",
  },
  { name: "sessions-empty", path: "/console/sessions", prepare: nothing, shows: "No sessions yet" },
  {
    name: "session",
    path: "/console/sessions/text_Q0o1r5vK2bXw8mTz4LpYcA",
    shows: "<img src=x onerror=alert(1)> my name is Ada",
  },
  {
    name: "failed",
    path: "/console/agents",
    prepare: (api) => {
      api.refuse["GET /agents"] = { status: 503, code: "not_ready", detail: "The service is starting." };
    },
    shows: "Request req-4711",
  },
  {
    name: "loading",
    path: "/console/agents",
    prepare: (api) => {
      api.hold = new Promise(() => undefined);
    },
    act: (page) => page.getByRole("main").getByRole("status", { name: "Loading" }).waitFor(),
    shows: "Each agent has versions",
  },
  { name: "unknown", path: "/console/nothing", shows: "There is no such page" },
];

describe.skipIf(skipBrowser)("states of the console", () => {
  it.each(STATES)("$name is accessible and fits, wide and light, narrow and dark", async (state) => {
    const { name, path, signedIn, prepare, act, shows } = state;
    const page = await bench.open(path, {
      reducedMotion: true,
      ...(signedIn === undefined ? {} : { signedIn }),
      ...(prepare === undefined ? {} : { prepare }),
    });
    await act?.(page);
    await expectGoodLooks(page, name, { shown: page.getByText(shows).and(page.locator(":visible")).first() });
  });
});

describe.skipIf(skipBrowser)("400 % zoom", () => {
  it("leaves the form of a new link usable", async () => {
    const page = await bench.open("/console/links/clinic-desk/new", { width: 320, height: 256 });
    await page.getByLabel("Title").fill("Zoomed");
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
    await page.getByRole("button", { name: "Create the link" }).click();
    await page.getByText("Copy the address now").waitFor();
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
  });
});
