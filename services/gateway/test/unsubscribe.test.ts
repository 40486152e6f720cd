import { takeProviderEvents, unsubscribe } from "@parley/contracts";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { startWorld, type World } from "./gateway-under-test.js";

let world: World;
const asked: string[] = [];
const calls: unknown[] = [];

beforeAll(async () => {
  world = await startWorld();
  world.bus.serve(unsubscribe, async ({ token }) => {
    asked.push(token);
    return { known: token === "right" };
  });
  world.bus.serve(takeProviderEvents, async (call) => {
    calls.push(call);
    return { taken: 1 };
  });
  await world.bus.settled();
});
beforeEach(() => void asked.splice(0));
afterAll(() => world.stop());

const page = (token: string, options: RequestInit = {}): Promise<Response> =>
  fetch(`${world.url}/unsubscribe/${token}`, options);
const form = (body: string): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body,
});

it("opening an unsubscribe link only asks for confirmation, since mail scanners open it too", async () => {
  const answer = await page("right");
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('<form method="post"><button>Unsubscribe</button></form>');
  expect(answer.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
  expect(asked).toEqual([]);
});

it("the page's button and the one of a mail program (RFC 8058) unsubscribe the reader", async () => {
  for (const body of ["", "List-Unsubscribe=One-Click"]) {
    const answer = await page("right", form(body));
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('<p role="status">Done')]);
  }
  const parts = new FormData();
  parts.append("List-Unsubscribe", "One-Click");
  expect((await page("right", { method: "POST", body: parts })).status).toBe(200);
  expect(asked).toEqual(["right", "right", "right"]);
});

it("an unknown unsubscribe link says so in the reader's language and text direction", async () => {
  const answer = await page("%3Cb%3E", { ...form(""), headers: { ...form("").headers, "accept-language": "he, en" } });
  const html = await answer.text();
  expect([answer.status, html]).toEqual([404, expect.stringContaining('lang="he" dir="rtl"')]);
  expect(html).not.toContain("<b>");
  expect(asked).toEqual(["<b>"]);
});

it("an unsubscribe link accepts no other content type and no large form", async () => {
  const json = { method: "POST", headers: { "content-type": "application/json" }, body: "[" };
  expect((await page("right", json)).status).toBeGreaterThanOrEqual(400);
  expect((await page("right", form("x".repeat(5_000)))).status).toBe(413);
  expect(asked).toEqual([]);
});

it("provider events are passed on as they were signed: every byte, under the public address", async () => {
  const body = "MessageStatus=undelivered&To=%2B49151&ErrorCode=30005";
  const headers = { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": "c2ln", cookie: "x=y" };
  const answer = await fetch(`${world.url}/provider-events/twilio?recipient=r1`, { method: "POST", headers, body });
  expect(answer.status).toBe(204);
  const json = '[{"event": "bounce"}]';
  const given = { method: "POST", headers: { "content-type": "application/json" }, body: json };
  expect((await fetch(`${world.url}/provider-events/sendgrid`, given)).status).toBe(204);
  expect((await fetch(`${world.url}/provider-events/other`, given)).status).toBe(404);
  expect(calls).toEqual([
    {
      ...{ provider: "twilio", url: expect.stringMatching(/^http:\/\/\S+\/provider-events\/twilio\?recipient=r1$/) },
      ...{ headers: { "x-twilio-signature": "c2ln" }, body },
    },
    { provider: "sendgrid", url: expect.stringMatching(/\/provider-events\/sendgrid$/), headers: {}, body: json },
  ]);
});
