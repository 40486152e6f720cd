import { eventually } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type PeopleWorld, peopleWorld } from "./people-world.js";

let world: PeopleWorld;
beforeAll(async () => {
  world = await peopleWorld(3);
}, 60_000);
afterEach(() => {
  world.chat.state.answer = (_got, response) => void response.writeHead(204).end();
});
afterAll(() => world?.close(), 60_000);

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const chatUrl = (tenantId: string): string => `${world.chat.url}/${tenantId}`;

describe("the settings for reaching people", () => {
  it("are stored sealed, shown masked, and change only in what is given", async () => {
    const t = await world.tenant();
    const hours = { time_zone: "Europe/Berlin", days: { monday: [{ from: "09:00", to: "17:00" }] } };
    const first = await t.people({
      ...{ hours, reply_minutes: 10, fallback_minutes: 5 },
      notify: { emails: ["b@example.com", "a@example.com"], chat_urls: [chatUrl(t.tenantId)] },
    });
    const [masked = ""] = first.notify.chat_urls;
    expect(masked).toBe(`${world.chat.url}/••••${t.tenantId.slice(-4)}`);
    expect(first).toMatchObject({ hours, notify: { emails: ["a@example.com", "b@example.com"] } });
    const second = await t.people({ reply_minutes: 20, hours: null, notify: { chat_urls: [masked] } });
    expect(second).toMatchObject({
      ...{ hours: null, reply_minutes: 20, fallback_minutes: 5, open_now: true, next_open_at: null },
      notify: { emails: ["a@example.com", "b@example.com"], chat_urls: [masked] },
    });
    // The masked address is the one that was stored.
    await t.escalate(await t.session());
    await eventually(() => expect(t.chat()).toHaveLength(1));
    await expect(t.people({ notify: { chat_urls: ["http://10.0.0.1/x"] } })).rejects.toEqual(code("validation_failed"));
    expect((await t.people({ notify: { chat_urls: [] } })).notify.chat_urls).toEqual([]);
  });
});

describe("operators", () => {
  it("are notified once of a waiting visitor, by mail and in a chat, without a word of the conversation", async () => {
    const t = await world.tenant();
    await t.people({ notify: { emails: ["desk@example.com"], chat_urls: [chatUrl(t.tenantId)] } });
    const sessionId = await t.session();
    await t.write(sessionId, "my secret question");
    const { id } = await t.escalate(sessionId, "a <b>refund</b>\nplease");
    await t.escalate(sessionId, "again");
    await eventually(async () => {
      const { notices } = await t.escalation(id);
      expect(notices?.map(({ kind, target, status }) => [kind, target, status])).toEqual([
        ["mail", "d••••@example.com", "sent"],
        ["chat", `${world.chat.url}/••••${t.tenantId.slice(-4)}`, "sent"],
      ]);
    });
    const [mail, ...others] = await t.mails();
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ recipient: "desk@example.com", subject: "Somebody asks for a person: Desk" });
    expect(mail?.body).toContain(`https://parley.example.com/console/inbox/${id}`);
    expect(mail?.body).toContain("Reason: a <b>refund</b> please");
    expect(t.chat().map(({ payload }) => payload)).toEqual([
      {
        text: `Somebody who talks to *Desk* asks for a person.\n>a &lt;b&gt;refund&lt;/b&gt; please\n<https://parley.example.com/console/inbox/${id}|Open the conversation>`,
      },
    ]);
    const told = JSON.stringify([await t.mails(), t.chat().map(({ body }) => body), world.logs]);
    expect(told).not.toContain("my secret question");
    expect(world.logs.join("")).not.toContain("desk@example.com");
  });

  it("are notified again after a failure, under one key, and no more when the address is gone", async () => {
    const t = await world.tenant();
    await t.people({ notify: { chat_urls: [chatUrl(t.tenantId)] } });
    world.chat.state.answer = (_got, response, nth) => void response.writeHead(nth === 1 ? 503 : 404).end();
    const { id } = await t.escalate(await t.session());
    await eventually(
      async () =>
        expect((await t.escalation(id)).notices).toMatchObject([{ status: "failed", attempts: 2, outcome: "refused" }]),
      { timeoutMs: 20_000 },
    );
    expect(new Set(t.chat().map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
  });

  it("are not notified of a conversation that one of them has taken, nor when nobody waits any more", async () => {
    const t = await world.tenant();
    await t.people({ notify: { chat_urls: [chatUrl(t.tenantId)] } });
    world.chat.state.answer = (_got, response) => void response.writeHead(503).end();
    const { id } = await t.escalate(await t.session());
    await eventually(() => expect(t.chat()).toHaveLength(1));
    await t.assign(id);
    await eventually(
      async () => expect((await t.escalation(id)).notices).toMatchObject([{ status: "cancelled", attempts: 1 }]),
      { timeoutMs: 20_000 },
    );
    expect(t.chat()).toHaveLength(1);
  });
});

describe("a waiting visitor", () => {
  it("can cancel the request once, but not after somebody has come", async () => {
    const t = await world.tenant();
    const sessionId = await t.session();
    await expect(t.choose(sessionId, "cancel")).rejects.toEqual(code("escalation_not_found"));
    const { id } = await t.escalate(sessionId);
    const { session } = await t.choose(sessionId, "cancel");
    expect(session).toMatchObject({ handled_by: "agent", escalation: null, waiting_since: null });
    expect(await t.escalation(id)).toMatchObject({ status: "resolved", outcome: "cancelled" });
    const again = await t.escalate(sessionId);
    expect(again.id).not.toBe(id);
    await t.assign(again.id);
    await expect(t.choose(sessionId, "cancel")).rejects.toEqual(code("escalation_assigned"));
  });

  it("can continue with the agent while the request stays open", async () => {
    const t = await world.tenant();
    const sessionId = await t.session();
    const { id } = await t.escalate(sessionId);
    const { session } = await t.choose(sessionId, "continue");
    expect(session).toMatchObject({ handled_by: "agent", escalation: { id, status: "waiting" } });
  });

  it("gets what the operator writes by mail, once, and stays reachable for a week", async () => {
    const t = await world.tenant();
    const sessionId = await t.session();
    const { id } = await t.escalate(sessionId);
    const { session } = await t.choose(sessionId, "email", "ada@example.com");
    expect(session.escalation).toMatchObject({ id, answer_by_mail: true });
    expect(Date.parse(session.idle_expires_at ?? "")).toBeGreaterThan(Date.now() + 6.9 * 86_400_000);
    expect(JSON.stringify(session)).not.toContain("ada@");
    await t.assign(id);
    await t.reply(id, "Your refund is on its way.");
    await t.reply(id, "Two days at most.");
    await eventually(
      async () =>
        expect((await t.escalation(id)).notices).toMatchObject([
          { kind: "answer", target: "a••••@example.com", status: "sent", attempts: 1 },
        ]),
      { timeoutMs: 20_000 },
    );
    await t.reply(id, "It has left.");
    await eventually(async () => expect(await t.mails()).toHaveLength(2), { timeoutMs: 20_000 });
    const [first, second] = await t.mails();
    expect(first).toMatchObject({ recipient: "ada@example.com", subject: "Eine Antwort von Desk" });
    expect(first?.body).toContain("Your refund is on its way.\n\nTwo days at most.");
    expect(second?.body).toContain("\n\nIt has left.\n\n");
    expect(second?.body).not.toContain("Two days");
  });

  it("gets no mail after continuing to write", async () => {
    const t = await world.tenant();
    const sessionId = await t.session();
    const { id } = await t.escalate(sessionId);
    await t.choose(sessionId, "email", "ada@example.com");
    await t.assign(id);
    await t.reply(id, "Are you there?");
    await t.write(sessionId, "yes");
    await eventually(async () => expect((await t.escalation(id)).notices).toMatchObject([{ status: "cancelled" }]), {
      timeoutMs: 20_000,
    });
    expect(await t.mails()).toEqual([]);
  });
});
