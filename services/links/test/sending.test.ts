import {
  allowAddress,
  cancelLinkDelivery,
  createLink,
  getLinkDelivery,
  type Link,
  listDeliveryRecipients,
  listLinkDeliveries,
  listLinks,
  listSuppressions,
  type Principal,
  type ResendBody,
  resendDelivery,
  type SendLinkBody,
  sendLink,
  suppressAddress,
  unsubscribe,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { withPostgresClient } from "@parley/local-servers";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listMail } from "../src/verification/repository.js";
import { codeOf, type Harness, startHarness } from "./harness.js";
import { type MailServer, startMailServer } from "./mail-server.js";

let harness: Harness;
let server: MailServer;
let withSmtp: Harness;

beforeAll(async () => {
  server = await startMailServer();
  [harness, withSmtp] = await Promise.all([
    startHarness([], { SEND_POLL_MS: "50", SEND_PER_RECIPIENT_DAY: "3", SEND_PER_AGENT_DAY: "40" }),
    startHarness([], { SEND_POLL_MS: "50", SMTP_URL: server.url, SEND_PER_RECIPIENT_DAY: "100" }),
  ]);
}, 60_000);
afterAll(async () => {
  await Promise.all([harness?.close(), withSmtp?.close()]);
  await server?.close();
});

interface Desk {
  in: Harness;
  tenantId: string;
  owner: Principal;
  link: Link;
  token: string;
}

async function newDesk(where: Harness, fields: Record<string, unknown> = {}): Promise<Desk> {
  const { tenantId, as } = await where.newTenant();
  const owner = as("editor");
  const body = { title: "Daily", max_sessions: 2, welcome_message: "Hi {{recipient.name}}!", ...fields };
  const { link, token } = await where.bus.call(createLink, { principal: owner, agent: "desk", body });
  return { in: where, tenantId, owner, link, token };
}

const at = ({ owner, link }: Desk) => ({ principal: owner, agent: "desk", id: link.id });

async function send(desk: Desk, body: SendLinkBody, key?: string) {
  const idempotency = key === undefined ? null : { key, fingerprint: JSON.stringify(body) };
  return (await desk.in.bus.call(sendLink, { ...at(desk), body, idempotency })).answer;
}

const begun = async (desk: Desk, body: SendLinkBody, key?: string) => {
  const answer = await send(desk, body, key);
  if (!("delivery_id" in answer)) throw new Error("nothing was begun");
  return answer;
};

const done = (desk: Desk, delivery: string) =>
  eventually(async () => {
    const { delivery: now } = await desk.in.bus.call(getLinkDelivery, { ...at(desk), delivery });
    if (now.status === "sending") throw new Error(`still sending: ${JSON.stringify(now.counts)}`);
    return now;
  });

const recipients = async (desk: Desk, delivery: string) =>
  (await desk.in.bus.call(listDeliveryRecipients, { ...at(desk), delivery, limit: 200 })).data;

const mails = (desk: Desk) => listMail(desk.in.db, { tenantId: desk.tenantId, limit: 200 });

const email = (addresses: string[], more: Partial<SendLinkBody> = {}): SendLinkBody => ({
  channel: "email",
  recipients: addresses,
  ...more,
});

describe("sending a link by mail", () => {
  it("sends each recipient one mail with a greeting and a link of their own, in their language", async () => {
    const desk = await newDesk(harness, { branding: { locale: "fr" } });
    const people = [
      { address: "Ada@Example.com", name: "Ada", language: "de" },
      { address: "bob@example.com" },
      { address: "ada@example.com", name: "Ada again" },
    ];
    const answer = await begun(desk, { channel: "email", recipients: people, template: "daily_checkin" });
    expect(answer).toMatchObject({ status: "sending", recipients: 2, duplicates: 1, suppressed: 0, limited: 0 });
    const delivery = await done(desk, answer.delivery_id);
    expect(delivery).toMatchObject({
      ...{ status: "done", channel: "email", personalised: true, engagement: { chatted: 0, completed: 0 } },
      counts: { recipients: 2, sent: 2, pending: 0 },
    });
    const kept = new Map((await mails(desk)).map((mail) => [mail.to, mail]));
    expect([...kept.keys()].sort()).toEqual(["ada@example.com", "bob@example.com"]);
    expect(kept.get("ada@example.com")?.text).toMatch(/^Guten Tag Ada,\n\nErzählen Sie Desk/);
    expect(kept.get("bob@example.com")?.text).toMatch(/^Bonjour,\n/);
    const tokens = [...kept.values()].map(({ text }) => /public\/chat\/(pl_\w+)/.exec(text)?.[1]);
    expect(new Set([...tokens, desk.token]).size).toBe(3);
    const rows = await recipients(desk, answer.delivery_id);
    expect(rows).toMatchObject([
      { address: "ada@example.com", name: "Ada", language: "de", status: "sent", outcome: "mailbox", chatted: false },
      { address: "bob@example.com", name: null, language: "fr", status: "sent" },
    ]);
    const page = { principal: desk.owner, agent: "desk", limit: 50, includeInactive: true };
    const links = new Map((await harness.bus.call(listLinks, page)).data.map((one) => [one.id, one]));
    expect(links.get(rows[0]?.link_id ?? "")).toMatchObject({
      ...{ title: "Daily", max_sessions: 2, recipient: { name: "Ada", email: "ada@example.com" } },
      metadata: { delivery_id: answer.delivery_id, sent_link_id: desk.link.id },
    });
  });

  it("sends a shared link with the owner's text, and fills in its placeholders", async () => {
    const desk = await newDesk(harness);
    const message = "Dear {{recipient.name}}, {{agent.name}} waits at {{link.url}} {{secret.x}}";
    const recipientsOf = [{ address: "ada@example.com", name: "{{link.url}}" }];
    const body = { channel: "email", recipients: recipientsOf, personalised: false, subject: "A\nB", message } as const;
    const { delivery_id: id } = await begun(desk, { ...body, recipients: [...recipientsOf] });
    expect(await done(desk, id)).toMatchObject({ engagement: null, counts: { sent: 1 } });
    const [mail] = await mails(desk);
    expect(mail?.subject).toBe("A B");
    const address = `http://localhost:8080/public/chat/${desk.token}`;
    expect(mail?.text).toContain(`Dear {{link.url}}, Desk waits at ${address} {{secret.x}}`);
    expect(mail?.text.split(address)).toHaveLength(2);
  });

  it("reports what would be sent and sends nothing in a dry run", async () => {
    const desk = await newDesk(harness);
    const answer = await send(desk, email(["ada@example.com", "bob@example.com"], { dry_run: true, language: "es" }));
    expect(answer).toMatchObject({
      ...{ dry_run: true, recipients: 2, duplicates: 0 },
      preview: { to: "ada@example.com", language: "es", subject: "Desk le invita a una conversación" },
    });
    const { data } = await harness.bus.call(listLinkDeliveries, { ...at(desk), limit: 50 });
    expect(data).toEqual([]);
  });

  it("lists deliveries of all links, by agent, link, channel and outcome, and of no other tenant", async () => {
    const [desk, stranger] = [await newDesk(harness), await newDesk(harness)];
    const body = { title: "Weekly" };
    const { link } = await harness.bus.call(createLink, { principal: desk.owner, agent: "desk", body });
    const other = { ...desk, link };
    const first = (await begun(desk, email(["ada@example.com"]))).delivery_id;
    const missed = (await begun(other, email(["bob@example.com"]))).delivery_id;
    await begun(stranger, email(["eve@example.com"]));
    const all = async (more: object) => {
      const { data } = await harness.bus.call(listLinkDeliveries, { principal: desk.owner, limit: 50, ...more });
      return data.map(({ id, link_title }) => `${link_title} ${id}`);
    };
    await done(desk, first);
    await done(other, missed);
    await harness.db.tenant(desk.tenantId, (trx) =>
      sql`update send_out_recipients set status = 'failed' where send_out_id = ${missed}`.execute(trx),
    );
    const [daily, weekly] = [`Daily ${first}`, `Weekly ${missed}`];
    expect(await all({})).toEqual([weekly, daily]);
    expect(await all({ limit: 1 })).toEqual([weekly]);
    expect(await all({ agent: "desk" })).toEqual([weekly, daily]);
    expect(await all({ id: desk.link.id })).toEqual([daily]);
    expect(await all({ channel: "email" })).toEqual([weekly, daily]);
    expect(await all({ channel: "slack" })).toEqual([]);
    expect(await all({ missed: true })).toEqual([weekly]);
    expect(await all({ missed: false })).toEqual([daily]);
    expect(await all({ status: "done" })).toEqual([weekly, daily]);
    expect([await all({ status: "sending" }), await all({ status: "cancelled" })]).toEqual([[], []]);
    const unknown = harness.bus.call(listLinkDeliveries, { principal: stranger.owner, agent: "none", limit: 50 });
    await expect(unknown).rejects.toMatchObject({ code: "agent_not_found" });
  });

  it("begins one delivery per key, however often it is called", async () => {
    const desk = await newDesk(harness);
    const calls = Array.from({ length: 5 }, () => begun(desk, email(["ada@example.com"]), "once"));
    const ids = new Set((await Promise.all(calls)).map(({ delivery_id }) => delivery_id));
    expect(ids.size).toBe(1);
    await done(desk, [...ids][0] ?? "");
    expect(await mails(desk)).toHaveLength(1);
  });

  it("names every recipient to whom nothing can be sent", async () => {
    const desk = await newDesk(harness);
    const call = send(desk, email(["ada@example.com", "nobody", "x@"]));
    await expect(call).rejects.toMatchObject({
      code: "validation_failed",
      errors: [{ pointer: "/recipients/1" }, { pointer: "/recipients/2" }],
    });
  });

  it("respects the daily limits per recipient and per agent", async () => {
    const desk = await newDesk(harness);
    for (let n = 0; n < 3; n += 1) await begun(desk, email(["ada@example.com"]));
    const fourth = await begun(desk, email(["ada@example.com", "bob@example.com"]));
    expect(fourth).toMatchObject({ recipients: 2, limited: 1 });
    expect(await done(desk, fourth.delivery_id)).toMatchObject({ counts: { sent: 1, limited: 1 } });
    const many = (mark: string) => Array.from({ length: 12 }, (_, n) => `${mark}${n}@example.com`);
    // 4 are used of 40: three times twelve fit, whoever comes first.
    const calls = ["a", "b", "c", "d", "e"].map((mark) => begun(desk, email(many(mark))));
    const refused = (await Promise.allSettled(calls)).filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(2);
    expect(await codeOf(begun(desk, email(["last@example.com"])))).toBe("send_limit_reached");
  });

  it("refuses a link that nobody could use, and personalised copies of one with a PIN", async () => {
    const closed = await newDesk(harness, { is_active: false });
    expect(await codeOf(send(closed, email(["ada@example.com"])))).toBe("link_not_sendable");
    const locked = await newDesk(harness, { pin: "4711" });
    expect(await codeOf(send(locked, email(["ada@example.com"])))).toBe("validation_failed");
    await begun(locked, email(["ada@example.com"], { personalised: false }));
    expect(await codeOf(send(locked, { channel: "sms", recipients: ["+4915112345678"] }))).toBe("channel_unavailable");
    const other = await newDesk(harness);
    const foreign = harness.bus.call(sendLink, { ...at(other), id: closed.link.id, body: email(["a@example.com"]) });
    expect(await codeOf(foreign)).toBe("link_not_found");
  });
});

describe("a resend of a delivery", () => {
  const again = (desk: Desk, delivery: string, body: ResendBody, key?: string) => {
    const idempotency = key === undefined ? null : { key, fingerprint: JSON.stringify(body) };
    return desk.in.bus.call(resendDelivery, { ...at(desk), delivery, body, idempotency });
  };

  /** What a page that was shown, and a conversation that was begun, leave in the tables that are read here. */
  const visit = (desk: Desk, link: string | null | undefined, how: "opened" | "chatted") =>
    withPostgresClient(desk.in.database.adminUrl, async (admin) => {
      if (how === "opened") {
        const visits = [{ link_id: link, country: "DE", opened: 1, sessions: 0, at: new Date().toISOString() }];
        await admin.query("select note_visits($1, $2::jsonb)", [desk.tenantId, JSON.stringify(visits)]);
        await admin.query("select * from roll_up(100, 0)");
      } else
        await admin.query(
          `insert into text_conversations
             (id, session_id, tenant_id, agent_id, link_id, agent_version, is_active_version, messages_used, idle_check_at)
           select gen_random_uuid(), 'text_' || id, tenant_id, agent_id, id, 1, true, 1, now()
           from temporary_chat_links where id = $1`,
          [link],
        );
    });

  it("goes to recipients who have not opened or not written, once per key, with the links they have", async () => {
    const desk = await newDesk(harness);
    const people = ["ada@example.com", "bob@example.com", "cy@example.com"];
    const { delivery_id: first } = await begun(desk, email(people, { track_opens: true }));
    await done(desk, first);
    const [ada, bob, cy] = await recipients(desk, first);
    await visit(desk, ada?.link_id, "opened");
    await visit(desk, bob?.link_id, "chatted");
    expect((await recipients(desk, first)).map(({ opened, chatted }) => [opened, chatted])).toEqual([
      ...[
        [true, false],
        [true, true],
        [false, false],
      ],
    ]);
    const { delivery: seen } = await desk.in.bus.call(getLinkDelivery, { ...at(desk), delivery: first });
    expect(seen).toMatchObject({ track_opens: true, engagement: { opened: 2, chatted: 1 } });
    const dry = await again(desk, first, { to: "not_chatted", dry_run: true });
    expect(dry.answer).toMatchObject({ dry_run: true, recipients: 2, preview: { to: "ada@example.com" } });
    const sent = await Promise.all([1, 2].map(() => again(desk, first, { to: "not_opened" }, "again")));
    const ids = sent.map(({ answer }) => ("delivery_id" in answer ? answer.delivery_id : ""));
    expect(new Set(ids).size).toBe(1);
    expect(await done(desk, ids[0] ?? "")).toMatchObject({
      template: "reminder",
      track_opens: true,
      counts: { sent: 1 },
    });
    expect(await recipients(desk, ids[0] ?? "")).toMatchObject([{ address: "cy@example.com", link_id: cy?.link_id }]);
    const addresses = (await mails(desk)).filter(({ to }) => to === "cy@example.com");
    expect(new Set(addresses.map(({ text }) => /public\/chat\/(pl_\w+)/.exec(text)?.[1])).size).toBe(1);
    expect(addresses).toHaveLength(2);
  });

  it("is refused when nobody is left to send to, or when that is not known", async () => {
    const desk = await newDesk(harness);
    const { delivery_id: plain } = await begun(desk, email(["dan@example.com"]));
    expect(await done(desk, plain)).toMatchObject({ engagement: { opened: null } });
    expect(await codeOf(again(desk, plain, { to: "failed" }))).toBe("no_recipients");
    expect(await codeOf(again(desk, plain, { to: "not_opened" }))).toBe("validation_failed");
    const { delivery_id: shared } = await begun(desk, email(["eve@example.com"], { personalised: false }));
    await done(desk, shared);
    expect(await codeOf(again(desk, shared, { to: "not_chatted" }))).toBe("validation_failed");
    const nobody = "01980000-0000-7000-8000-000000000001";
    expect(await codeOf(again(desk, nobody, { to: "failed" }))).toBe("delivery_not_found");
  });
});

describe("a mail server", () => {
  it("gets one mail per recipient with unsubscribe headers, and the same id in a repeated attempt", async () => {
    const desk = await newDesk(withSmtp);
    // Taken, and the connection breaks before the server says so: what a crash looks like from here.
    server.breakAfterTaking(1);
    const { delivery_id: id } = await begun(desk, email(["ada@example.com", "bob@example.com"]));
    // The pause before the next attempt is not what is tested.
    await hurry(withSmtp, id);
    expect(await done(desk, id)).toMatchObject({ counts: { sent: 2, failed: 0 } });
    const got = server.mails.filter(({ to }) => ["ada@example.com", "bob@example.com"].includes(to));
    expect(got).toHaveLength(3);
    expect(new Set(got.map(({ messageId }) => messageId)).size).toBe(2);
    expect(got[0]?.raw).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
    expect(got[0]?.raw.replace(/\r\n[ \t]/g, " ")).toMatch(
      /^List-Unsubscribe: <http:\/\/localhost:8080\/unsubscribe\/[\w-]{86}>\r$/m,
    );
  });

  it("is not asked again after it has refused an address for good", async () => {
    const desk = await newDesk(withSmtp);
    const { delivery_id: id } = await begun(desk, email(["refused@example.com"]));
    expect(await done(desk, id)).toMatchObject({ counts: { failed: 1 } });
    expect(await recipients(desk, id)).toMatchObject([{ status: "failed", outcome: "refused", attempts: 1 }]);
  });

  it("gets no mail for recipients that were cancelled before", async () => {
    const desk = await newDesk(withSmtp);
    server.hold();
    const people = Array.from({ length: 60 }, (_, n) => `held${n}@example.com`);
    const { delivery_id: id } = await begun(desk, email(people));
    const cancelled = await withSmtp.bus.call(cancelLinkDelivery, { ...at(desk), delivery: id });
    expect(cancelled.delivery.counts.cancelled).toBeGreaterThan(0);
    server.release();
    const { counts, status } = await done(desk, id);
    expect(status).toBe("cancelled");
    expect(counts.sent + counts.cancelled).toBe(60);
    expect(server.mails.filter(({ to }) => to.startsWith("held"))).toHaveLength(counts.sent);
  });
});

describe("a recipient who has unsubscribed", () => {
  const tokenIn = (text: string | undefined): string => /\/unsubscribe\/([\w-]+)/.exec(text ?? "")?.[1] ?? "";

  it("gets no further mail from any agent of the tenant until the owner allows it", async () => {
    const desk = await newDesk(harness);
    const { delivery_id: id } = await begun(desk, email(["ada@example.com"]));
    await done(desk, id);
    const token = tokenIn((await mails(desk))[0]?.text);
    const spoilt = `${token.slice(0, -1)}${token.endsWith("A") ? "Q" : "A"}`;
    expect(await harness.bus.call(unsubscribe, { token: spoilt })).toEqual({ known: false });
    for (const _ of [1, 2]) expect(await harness.bus.call(unsubscribe, { token })).toEqual({ known: true });
    const again = await begun(desk, email(["ada@example.com", "bob@example.com"]));
    expect(again).toMatchObject({ suppressed: 1 });
    expect(await done(desk, again.delivery_id)).toMatchObject({ counts: { sent: 1, suppressed: 1 } });
    expect((await mails(desk)).filter(({ to }) => to === "ada@example.com")).toHaveLength(1);
    const list = await harness.bus.call(listSuppressions, { principal: desk.owner, limit: 50 });
    expect(list.data).toMatchObject([{ address: "ada@example.com", reason: "unsubscribed" }]);
    const admin: Principal = { ...desk.owner, role: "admin" };
    const entry = { principal: admin, id: list.data[0]?.id ?? "" };
    expect(await codeOf(harness.bus.call(allowAddress, { ...entry, principal: desk.owner }))).toBe("forbidden");
    await harness.bus.call(allowAddress, entry);
    expect(await codeOf(harness.bus.call(allowAddress, entry))).toBe("suppression_not_found");
    expect(await begun(desk, email(["ada@example.com"]))).toMatchObject({ suppressed: 0 });
  });

  it("gets no mail that was accepted before, unless it was already handed to a provider", async () => {
    const desk = await newDesk(withSmtp);
    server.hold();
    const people = Array.from({ length: 40 }, (_, n) => `wish${n}@example.com`);
    const { delivery_id: id } = await begun(desk, email(people));
    const body = { channel: "email" as const, address: "wish39@example.com" };
    await withSmtp.bus.call(suppressAddress, { principal: desk.owner, body });
    server.release();
    expect(await done(desk, id)).toMatchObject({ counts: { sent: 39, suppressed: 1 } });
    expect(server.mails.some(({ to }) => to === "wish39@example.com")).toBe(false);
  });
});

/** Brings the next attempts of a delivery forward, once the first ones have failed. */
const hurry = (where: Harness, delivery: string) =>
  eventually(() =>
    withPostgresClient(where.database.adminUrl, async (owner) => {
      const { rowCount } = await owner.query(
        `update send_out_recipients set next_attempt_at = now()
          where send_out_id = $1 and ended_at is null and attempts > 0 and claimed_until is null`,
        [delivery],
      );
      if (rowCount === 0) throw new Error("no attempt has failed yet");
    }),
  );

describe("a replica that dies while it sends", () => {
  it("leaves a mail that another one sends under the same id, while its own late attempt sends nothing", async () => {
    const desk = await newDesk(harness);
    const { delivery_id: id } = await begun(desk, email(["ada@example.com"]));
    await done(desk, id);
    // As if the process had died after the mail was taken and before it was noted.
    await withPostgresClient(harness.database.adminUrl, (owner) =>
      owner.query(
        `update send_out_recipients set status = 'pending', ended_at = null, sent_at = null, handed_over_at = now(),
           claimed_until = now() - interval '1 second', next_attempt_at = now() where send_out_id = $1`,
        [id],
      ),
    );
    await done(desk, id);
    expect(await mails(desk)).toHaveLength(1);
    expect(await recipients(desk, id)).toMatchObject([{ status: "sent", attempts: 2 }]);
    // As if the second attempt were under way: the first one, stopped until now, may not tell the server any more.
    await withPostgresClient(harness.database.adminUrl, (owner) =>
      owner.query(
        `update send_out_recipients set status = 'pending', ended_at = null, claimed_until = now() + interval '1 hour'
          where send_out_id = $1`,
        [id],
      ),
    );
    const wordFor = (attempt: number) =>
      harness.db.tenant(desk.tenantId, async (trx) => {
        const { rows } = await sql<{ word: string }>`
          select hand_over_recipient(${desk.tenantId}, r.id, ${attempt}, 0) as word
            from send_out_recipients r where send_out_id = ${id}`.execute(trx);
        return rows[0]?.word;
      });
    expect([await wordFor(1), await wordFor(2)]).toEqual(["stale", "go"]);
  });
});
