import type { OpenOptions } from "@parley/web-kit/testing";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { type Answers, openAnswering, pageOf } from "./answering.js";
import { TOKEN } from "./fake-api.js";
import type { Row } from "./rows.js";
import { choose, consoleBench, expectGoodLooks, skipBrowser } from "./setup.js";

const bench = consoleBench();
const ID = "0198a000-0000-7000-8000-0000000000b1";
const WEBHOOKS = "/console/settings/webhooks";
const RECEIVER = `${WEBHOOKS}/${ID}`;
const CREDENTIALS = "/console/settings/credentials";
const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

const webhook = (row: Row = {}): Row => ({
  ...{
    id: ID,
    url: "https://crm.example.com/hooks/parley",
    events: ["session.*"],
    agent_id: null,
    agent_version: null,
  },
  ...{ description: "CRM", include_transcript: true, include_latency_metrics: false, is_active: true },
  ...{ disabled_reason: null, disabled_at: null, failures: 0, failing_since: null, previous_secret_until: null },
  ...{ created_at: ago(9_000), updated_at: ago(50) },
  ...row,
});
const delivery = (row: Row = {}): Row => ({
  ...{ id: "0198a000-0000-7000-8000-0000000000d1", webhook_id: ID, event_id: "0198a000-0000-7000-8000-0000000000e1" },
  ...{ type: "session.ended", conversation_id: null, status: "delivered", attempts: 1, next_attempt_at: null },
  ...{ last_attempt_at: ago(3), outcome: "delivered", response_status: 204, response_ms: 84, response_body: null },
  ...{ occurred_at: ago(3), ended_at: ago(3), created_at: ago(3) },
  ...row,
});
const key = (row: Row = {}): Row => ({
  ...{
    id: "0198a000-0000-7000-8000-0000000000c1",
    key_id: "key_4f6a2b",
    name: "Shop server",
    scopes: ["chat", "read"],
  },
  ...{ created_at: ago(7_000), expires_at: null, last_used_at: ago(2), status: "active", require_nonce: false },
  ...row,
});
const token = (row: Row = {}): Row => ({
  ...{ id: "0198a000-0000-7000-8000-0000000000a1", name: "Ada", role: "admin", hint: "ak_…x7Qz" },
  ...{ created_at: ago(7_000), last_used_at: null, status: "active" },
  ...row,
});

/** Opens a page; `answers` replace what the API says by default. */
async function open(path: string, answers: Answers = {}, options: OpenOptions = {}) {
  const all: Answers = {
    "GET /webhooks": pageOf(webhook()),
    [`GET /webhooks/${ID}`]: webhook(),
    [`GET /webhooks/${ID}/deliveries`]: pageOf(),
    "GET /webhooks/deliveries": pageOf(delivery()),
    "GET /keys": pageOf(key()),
    "GET /tokens": pageOf(token()),
    ...answers,
  };
  const { page, sent } = await openAnswering(bench, path, {
    ...options,
    surfaces: ["webhooks", "keys", "tokens"],
    answers: all,
  });
  const calls = (name: string) => sent.filter(({ call }) => call === name);
  return { page, calls };
}
const refused = (status: number, code: string, detail: string, errors: unknown[] = []) => [
  status,
  { code, detail, errors },
];
const clipboard = (page: Page): Promise<string> => page.evaluate("navigator.clipboard.readText()");

describe.skipIf(skipBrowser)("a new webhook", () => {
  it("is created with chosen events, and its secret is shown once, to be copied", async () => {
    const { page, calls } = await open(`${WEBHOOKS}/new`, {
      "POST /webhooks": [201, { ...webhook(), secret: "whsec_once" }],
    });
    await page.getByLabel("Address").fill(" https://crm.example.com/hooks/parley ");
    await page.getByRole("checkbox", { name: "session.analyzed" }).check();
    await page.getByRole("checkbox", { name: "session.started" }).uncheck();
    await choose(page, "Agent", "Clinic Desk");
    await page.getByRole("checkbox", { name: "Its transcript" }).check();
    await page.getByRole("button", { name: "Add the webhook" }).click();
    await page.getByRole("heading", { name: "Copy the secret now" }).waitFor();
    expect(calls("POST /webhooks")[0]).toMatchObject({
      body: {
        url: "https://crm.example.com/hooks/parley",
        events: ["session.ended", "session.analyzed"],
        agent: "0198a000-0000-7000-8000-000000000001",
        include_transcript: true,
      },
      key: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    await page.getByRole("button", { name: "Copy Signing secret" }).click();
    await expect.poll(() => clipboard(page)).toBe("whsec_once");
    await page.getByRole("link", { name: "I have it, send a test" }).click();
    await page.getByRole("button", { name: "Send a test" }).waitFor();
    expect(await page.content()).not.toContain("whsec_once");
  });

  it("shows its own and the server's errors beside the fields, and keeps the key for a retry", async () => {
    let answers = 0;
    const errors = [
      { pointer: "/url", rule: "private_address", message: "is a private, loopback or link-local address" },
    ];
    const { page, calls } = await open(`${WEBHOOKS}/new`, {
      "POST /webhooks": () => {
        answers += 1;
        return answers === 1 ? refused(422, "validation_failed", "Some fields are wrong.", errors) : [503, null];
      },
    });
    await page.getByLabel("Address").fill("crm.example.com");
    await page.getByRole("button", { name: "Add the webhook" }).click();
    await page.getByText("Write the whole address").waitFor();
    expect(calls("POST /webhooks")).toEqual([]);
    await page.getByLabel("Address").fill("http://10.0.0.1/");
    await page.getByLabel("Address").press("Enter");
    await page.getByText("is a private").waitFor();
    await expect.poll(() => page.evaluate("document.activeElement.placeholder")).toBe("https://example.com/parley");
    await page.getByLabel("Address").press("Enter");
    await page.getByText("The server answered with status 503").waitFor();
    await page.getByLabel("Address").press("Enter");
    await expect.poll(() => calls("POST /webhooks").length).toBe(3);
    const keys = calls("POST /webhooks").map((one) => one.key);
    expect(new Set(keys).size).toBe(1);
  });
});

describe.skipIf(skipBrowser)("a webhook", () => {
  it("is tested, and the list follows the test until it has finished", async () => {
    let looks = 0;
    const test = {
      id: "t",
      type: "webhook.test",
      attempts: 0,
      status: "pending",
      outcome: null,
      response_status: null,
    };
    const { page, calls } = await open(RECEIVER, {
      [`POST /webhooks/${ID}/test`]: [202, delivery(test)],
      "GET /webhooks/deliveries": () => {
        looks += 1;
        if (looks === 1) return { data: [], next_cursor: null };
        const now = looks < 3 ? test : { ...test, attempts: 1 };
        // Before it is settled it is seen while its attempt is under way.
        return { data: [delivery(looks < 5 ? now : { id: "t", type: "webhook.test" })], next_cursor: null };
      },
    });
    await page.getByText("Nothing was sent yet").waitFor();
    await page.getByRole("button", { name: "Send a test" }).click();
    const list = page.getByRole("grid", { name: "Webhook deliveries" });
    await list.getByText("Waiting", { exact: true }).waitFor();
    await list.getByText("Delivered", { exact: true }).waitFor();
    expect(calls(`POST /webhooks/${ID}/test`)).toHaveLength(1);
  });

  it("shows why it was disabled, receives nothing until then, and can be enabled there", async () => {
    let on = false;
    const off = {
      is_active: false,
      disabled_reason: "failing",
      disabled_at: ago(90),
      failures: 31,
      failing_since: ago(5_000),
    };
    const { page, calls } = await open(RECEIVER, {
      [`GET /webhooks/${ID}`]: () => webhook(on ? {} : off),
      [`PATCH /webhooks/${ID}`]: () => {
        on = true;
        return webhook();
      },
    });
    await page.getByText("because for days no attempt succeeded").waitFor();
    await expect.poll(() => page.getByRole("button", { name: /Send/ }).count()).toBe(0);
    await page.getByRole("button", { name: "Switch it on" }).click();
    await page.getByRole("button", { name: "Send a test" }).waitFor();
    expect(calls(`PATCH /webhooks/${ID}`)[0]?.body).toEqual({ is_active: true });
  });

  it("shows failed deliveries with the answer, and resends one", async () => {
    const bad = {
      status: "failed",
      outcome: "status",
      response_status: 500,
      attempts: 8,
      response_body: "<b>broken</b>",
    };
    const { page, calls } = await open(RECEIVER, {
      "GET /webhooks/deliveries": (query: URLSearchParams) => ({
        data: query.get("webhook_id") !== ID ? [] : query.get("status") === "failed" ? [delivery(bad)] : [delivery()],
        next_cursor: null,
      }),
      "POST /webhooks/deliveries/0198a000-0000-7000-8000-0000000000d1/redeliver": [
        202,
        delivery({ status: "pending" }),
      ],
    });
    await choose(page, "State", "Failed");
    await page.getByRole("row").filter({ hasText: "session.ended" }).click();
    await expect.poll(() => page.locator("pre").textContent()).toBe("<b>broken</b>");
    await page.getByRole("button", { name: "Send again" }).click();
    await page.getByText("It is sent again, under the same id.").waitFor();
    expect(calls("POST /webhooks/deliveries/0198a000-0000-7000-8000-0000000000d1/redeliver")).toHaveLength(1);
  });

  it("gets a new secret with the old one still valid for a day, or not at all", async () => {
    const { page, calls } = await open(RECEIVER, {
      [`POST /webhooks/${ID}/rotate`]: { ...webhook({ previous_secret_until: ago(-1_440) }), secret: "whsec_next" },
    });
    await page.getByRole("button", { name: "New secret" }).click();
    await page.getByRole("radio", { name: "The old one ends at once" }).check();
    await page.getByRole("button", { name: "Make a new secret" }).click();
    await expect.poll(() => page.getByLabel("Signing secret", { exact: true }).inputValue()).toBe("whsec_next");
    expect(calls(`POST /webhooks/${ID}/rotate`)[0]?.body).toEqual({ overlap_seconds: 0 });
    await page.getByRole("button", { name: "I have it" }).click();
    await expect.poll(() => page.getByLabel("Signing secret", { exact: true }).count()).toBe(0);
  });

  it("is deleted after a warning of what is lost", async () => {
    const { page, calls } = await open(RECEIVER, {
      [`GET /webhooks/${ID}/deliveries`]: (query: URLSearchParams) => ({
        data: query.get("status") === "pending" ? [delivery({ status: "pending" }), delivery({ id: "2" })] : [],
        next_cursor: null,
      }),
      [`DELETE /webhooks/${ID}`]: { deleted: true },
    });
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("2 deliveries wait; they are never sent.").waitFor();
    await page.getByRole("button", { name: "Delete the webhook" }).click();
    await page.getByText("“CRM” is deleted.").waitFor();
    await expect.poll(() => new URL(page.url()).pathname).toBe(WEBHOOKS);
    expect(calls(`DELETE /webhooks/${ID}`)).toHaveLength(1);
  });

  it("is updated with only the changed fields", async () => {
    const { page, calls } = await open(`${RECEIVER}/edit`, { [`PATCH /webhooks/${ID}`]: webhook() });
    await expect.poll(() => page.getByRole("checkbox", { name: "session.started" }).isChecked()).toBe(true);
    await page.getByRole("radio", { name: "Everything, including later additions" }).check();
    await page.getByLabel("Name").fill("");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The webhook is changed.").waitFor();
    expect(calls(`PATCH /webhooks/${ID}`)[0]?.body).toEqual({ events: ["*"], description: null });
  });

  it("can only be tested and disabled when it belongs to an agent version", async () => {
    const { page } = await open(RECEIVER, { [`GET /webhooks/${ID}`]: webhook({ agent_version: 3 }) });
    await page.getByText("Part of version 3").waitFor();
    const toolbar = page.getByRole("toolbar", { name: "Actions" });
    await expect.poll(() => toolbar.locator("a, button").allTextContents()).toEqual(["Send a test", "Disable"]);
  });
});

describe.skipIf(skipBrowser)("keys and tokens", () => {
  it("create a token with a role, shown once, and revoke one after asking", async () => {
    const { page, calls } = await open(CREDENTIALS, {
      "POST /tokens": [201, { id: "n", token: "ak_secret_once", name: "Script", role: "editor" }],
      "DELETE /tokens/0198a000-0000-7000-8000-0000000000a1": { deleted: true },
    });
    await page.getByRole("button", { name: "Create a token" }).click();
    await page.getByRole("button", { name: "Create the token" }).click();
    await page.getByText("Enter who or what it is for.").waitFor();
    await page.getByLabel("Name").fill("Script");
    await page.getByRole("radio", { name: "Editor" }).click();
    await page.getByRole("button", { name: "Create the token" }).click();
    await expect.poll(() => page.getByLabel("Access token", { exact: true }).inputValue()).toBe("ak_secret_once");
    expect(calls("POST /tokens")[0]).toMatchObject({
      body: { name: "Script", role: "editor" },
      key: expect.any(String),
    });
    await page.getByRole("button", { name: "I have it" }).click();
    await page.getByRole("button", { name: "Revoke the token Ada" }).click();
    await expect.poll(() => page.getByText("You are signed in with this token").count()).toBe(0);
    await page.getByRole("button", { name: "Revoke the token", exact: true }).click();
    await page.getByText("“Ada” is revoked.").waitFor();
    expect(calls("DELETE /tokens/0198a000-0000-7000-8000-0000000000a1")).toHaveLength(1);
  });

  it("warn before revoking the token in use, and say why the last one stays", async () => {
    const id = "0198a000-0000-7000-8000-0000000000a1";
    const detail = "Without this token nobody could manage the tenant; create another token with its role first.";
    const { page } = await open(CREDENTIALS, {
      "GET /tokens": { data: [token({ hint: `ak_…${TOKEN.slice(-4)}`, role: "owner" })], next_cursor: null },
      [`DELETE /tokens/${id}`]: [409, { code: "last_token", detail }],
    });
    await page.getByRole("button", { name: "Revoke the token Ada" }).click();
    await page.getByText("You are signed in with this token").waitFor();
    await page.getByRole("button", { name: "Revoke the token", exact: true }).click();
    await page.getByText(detail).waitFor();
  });

  it("create a key with scopes, show id and secret once, and rotate it with an overlap", async () => {
    const { page, calls } = await open(CREDENTIALS, {
      "POST /keys": [201, { id: "n", key_id: "key_new", secret: "s3cret" }],
      "POST /keys/0198a000-0000-7000-8000-0000000000c1/rotate": { id: "r", key_id: "key_next", secret: "n3xt" },
    });
    await page.getByRole("button", { name: "Create a key" }).click();
    await page.getByLabel("Name").fill("Shop");
    await page.getByRole("checkbox", { name: "Read", exact: true }).uncheck();
    await page.getByRole("checkbox", { name: "Require a nonce" }).check();
    await page.getByRole("button", { name: "Create the key" }).click();
    await expect.poll(() => page.getByLabel("Key id", { exact: true }).inputValue()).toBe("key_new");
    await expect.poll(() => page.getByLabel("Secret", { exact: true }).inputValue()).toBe("s3cret");
    expect(calls("POST /keys")[0]?.body).toEqual({ name: "Shop", scopes: ["chat"], require_nonce: true });
    await page.getByRole("button", { name: "Replace the key Shop server" }).click();
    await page.getByRole("button", { name: "Make the new key" }).click();
    await expect.poll(() => page.getByLabel("Secret", { exact: true }).inputValue()).toBe("n3xt");
  });

  it("require a nonce after asking, and make it optional again", async () => {
    let required = false;
    const path = "PATCH /keys/0198a000-0000-7000-8000-0000000000c1";
    const { page, calls } = await open(CREDENTIALS, {
      "GET /keys": () => ({ data: [key({ require_nonce: required })], next_cursor: null }),
      [path]: () => {
        required = !required;
        return key({ require_nonce: required });
      },
    });
    await page.getByRole("button", { name: "Require nonce for the key Shop server" }).click();
    await page.getByRole("button", { name: "Require it", exact: true }).click();
    await page.getByText("nonce required").waitFor();
    await page.getByRole("button", { name: "Allow without nonce for the key Shop server" }).click();
    await page.getByRole("button", { name: "Allow it", exact: true }).click();
    await page.getByText("nonce required").waitFor({ state: "detached" });
    expect(calls(path).map(({ body }) => body)).toEqual([{ require_nonce: true }, { require_nonce: false }]);
  });

  it("collapse what is no longer valid, and say when a role is insufficient", async () => {
    const { page } = await open(CREDENTIALS, {
      "GET /keys": {
        data: [key({ status: "revoked" }), key({ id: "2", name: "Old", status: "expired" })],
        next_cursor: null,
      },
      "GET /tokens": refused(403, "forbidden", "This is not allowed."),
    });
    await page.getByText("2 ended keys").waitFor();
    await page.getByText("No signing keys yet").waitFor();
    await page.getByText("Your role does not include this").waitFor();
  });
});

const off = webhook({ is_active: false, disabled_reason: "gone", disabled_at: ago(200), description: null });
const STATES: { name: string; path: string; answers?: Answers; act?: (page: Page) => Promise<void>; shows: string }[] =
  [
    {
      name: "webhooks",
      path: WEBHOOKS,
      answers: {
        "GET /webhooks": {
          data: [
            webhook(),
            webhook({ id: "2", failures: 3, url: `https://example.com/${"long-".repeat(40)}`, description: null }),
            off,
          ],
          next_cursor: null,
        },
      },
      shows: "Switched off",
    },
    {
      name: "webhooks-empty",
      path: WEBHOOKS,
      answers: { "GET /webhooks": { data: [], next_cursor: null } },
      shows: "No webhooks yet",
    },
    { name: "webhook-new", path: `${WEBHOOKS}/new`, shows: "session.analyzed" },
    {
      name: "webhook-made",
      path: `${WEBHOOKS}/new`,
      answers: { "POST /webhooks": [201, { ...webhook(), secret: `whsec_${"a1B2".repeat(8)}` }] },
      act: async (page) => {
        await page.getByLabel("Address").fill("https://example.com/hook");
        await page.getByLabel("Address").press("Enter");
      },
      shows: "Copy the secret now",
    },
    {
      name: "webhook",
      path: RECEIVER,
      answers: {
        [`GET /webhooks/${ID}`]: webhook({ failures: 2, failing_since: ago(40), previous_secret_until: ago(-900) }),
        "GET /webhooks/deliveries": {
          data: [
            delivery({
              status: "pending",
              outcome: "status",
              response_status: 503,
              attempts: 2,
              next_attempt_at: ago(-20),
              response_body: "maintenance",
            }),
            delivery({
              id: "2",
              status: "failed",
              outcome: "unreachable",
              response_status: null,
              response_ms: null,
              attempts: 8,
            }),
            delivery({ id: "3" }),
          ],
          next_cursor: "more",
        },
      },
      act: (page) => page.getByRole("row").filter({ hasText: "Waiting" }).first().click(),
      shows: "maintenance",
    },
    {
      name: "webhook-off",
      path: RECEIVER,
      answers: { [`GET /webhooks/${ID}`]: off },
      shows: "it wants nothing any more",
    },
    {
      name: "webhook-rotate",
      path: RECEIVER,
      act: (page) => page.getByRole("button", { name: "New secret" }).click(),
      shows: "Both sign for a day",
    },
    {
      name: "credentials",
      path: CREDENTIALS,
      answers: {
        "GET /keys": {
          data: [
            key(),
            key({ id: "2", status: "rotating", expires_at: ago(-600) }),
            key({ id: "3", status: "revoked" }),
          ],
          next_cursor: null,
        },
      },
      shows: "Being replaced",
    },
    {
      name: "credentials-new",
      path: CREDENTIALS,
      act: async (page) => {
        await page.getByRole("button", { name: "Create a key" }).click();
      },
      shows: "New signing key",
    },
    {
      name: "credentials-new-token",
      path: CREDENTIALS,
      act: (page) => page.getByRole("button", { name: "Create a token" }).click(),
      shows: "Who or what uses it.",
    },
  ];

describe.skipIf(skipBrowser)("the pages of the settings", () => {
  it.each(STATES)(
    "$name can be read by everybody, wide and narrow, light and dark",
    async ({ name, path, answers, act, shows }) => {
      const { page } = await open(path, answers);
      await page.locator("h1").waitFor();
      await act?.(page);
      await expectGoodLooks(page, `settings-${name}`, { shown: page.getByText(shows).first() });
    },
  );
});
