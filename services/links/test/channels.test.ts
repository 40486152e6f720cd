import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import {
  createLink,
  getLinkDelivery,
  listDeliveryRecipients,
  listSuppressions,
  newId,
  type Principal,
  type SendLinkBody,
  sendLink,
  takeProviderEvents,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { withPostgresClient } from "@parley/local-servers";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { takeProviderEventsHandler } from "../src/distribution/take-provider-events.js";
import { codeOf, type Harness, startHarness } from "./harness.js";
import { startWebServer, type TakenCall, type WebServer } from "./web-server.js";

let harness: Harness;
let mailgun: Harness;
let server: WebServer;
/** Text messages that the provider has, the newest first. */
let texts: { sid: string; to: string; body: string; date_created: string; status: string }[];

const sendgridKeys = generateKeyPairSync("ec", { namedCurve: "P-256" });

const SID = "AC00000000000000000000000000000000";

/** As Twilio: POST makes a message, GET lists those to a number. */
function provider({ method, path, body }: TakenCall) {
  if (!path.startsWith("/2010-04-01/"))
    return { status: 202, headers: { "x-message-id": "sg-1" }, body: { id: "<mg-1>" } };
  if (method === "GET") {
    const to = new URL(path, "http://x").searchParams.get("To");
    return { status: 200, body: { messages: texts.filter((one) => one.to === to) } };
  }
  return { status: 201, body: { sid: keep(body) } };
}

function keep(form: string): string {
  const fields = new URLSearchParams(form);
  const sid = `SM${texts.length + 1}`;
  texts.unshift({
    ...{ sid, to: fields.get("To") ?? "", body: fields.get("Body") ?? "", status: "sent" },
    date_created: new Date().toUTCString(),
  });
  return sid;
}

beforeAll(async () => {
  texts = [];
  server = await startWebServer(provider);
  const env = {
    ...{ SEND_POLL_MS: "50", ALLOW_TEST_HOOKS: "1", MAIL_FROM: '"Front Desk" <desk@example.org>' },
    ...{ SENDGRID_API_KEY: "SG.key", SENDGRID_URL: server.url, MAILGUN_API_KEY: "mg-key" },
    MAILGUN_WEBHOOK_KEY: "mg-signing",
    ...{ MAILGUN_DOMAIN: "mg.example.org", MAILGUN_URL: server.url },
    ...{ TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: "token", TWILIO_FROM: "+4930123456", TWILIO_URL: server.url },
  };
  const publicKey = sendgridKeys.publicKey.export({ type: "spki", format: "der" }).toString("base64");
  [harness, mailgun] = await Promise.all([
    startHarness([], { ...env, EMAIL_PROVIDER: "sendgrid", SENDGRID_WEBHOOK_KEY: publicKey }),
    startHarness([], { ...env, EMAIL_PROVIDER: "mailgun" }),
  ]);
}, 60_000);
afterAll(async () => {
  await Promise.all([harness?.close(), mailgun?.close()]);
  await server?.close();
});

/** Sends and waits until nothing is pending; pauses between attempts are not what is tested. */
async function sent(where: Harness, body: SendLinkBody) {
  const { as } = await where.newTenant();
  const principal: Principal = as("editor");
  const made = await where.bus.call(createLink, { principal, agent: "desk", body: { title: "Talk & <more>" } });
  const at = { principal, agent: "desk", id: made.link.id };
  const { answer } = await where.bus.call(sendLink, { ...at, body });
  if (!("delivery_id" in answer)) throw new Error("nothing was begun");
  const of = { ...at, delivery: answer.delivery_id };
  await eventually(async () => {
    await withPostgresClient(where.database.adminUrl, (owner) =>
      owner.query(
        "update send_out_recipients set next_attempt_at = now() where send_out_id = $1 and ended_at is null and claimed_until is null",
        [answer.delivery_id],
      ),
    );
    const { delivery } = await where.bus.call(getLinkDelivery, of);
    if (delivery.status === "sending") throw new Error("still sending");
  });
  const { data } = await where.bus.call(listDeliveryRecipients, { ...of, limit: 10 });
  return { rows: data, token: made.token, of };
}

const callsTo = (path: string): TakenCall[] => server.calls.filter((call) => call.path.startsWith(path));
const ada = [{ address: "ada@example.com", name: "Ada" }];

describe("mail delivery", () => {
  it("SendGrid gets the message with its id and unsubscribe headers, again after an outage", async () => {
    server.next({ status: 503 });
    const { rows } = await sent(harness, { channel: "email", recipients: ada, language: "de" });
    expect(rows).toMatchObject([{ status: "sent", provider_id: "sg-1", attempts: 2 }]);
    const calls = callsTo("/v3/mail/send");
    expect(calls).toHaveLength(2);
    expect(calls[0]?.headers.authorization).toBe("Bearer SG.key");
    expect(calls[1]?.body).toBe(calls[0]?.body);
    expect(JSON.parse(calls[0]?.body ?? "")).toMatchObject({
      from: { email: "desk@example.org", name: "Front Desk" },
      subject: "Desk lädt Sie zu einem Gespräch ein",
      personalizations: [{ to: [{ email: "ada@example.com" }] }],
      headers: {
        "Message-ID": `<${rows[0]?.id}@parley>`,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      },
    });
  });

  it("Mailgun gets the same as a form", async () => {
    const { rows } = await sent(mailgun, { channel: "email", recipients: ada });
    expect(rows).toMatchObject([{ status: "sent", provider_id: "<mg-1>" }]);
    const [call] = callsTo("/v3/mg.example.org/messages");
    expect(call?.headers.authorization).toBe(`Basic ${Buffer.from("api:mg-key").toString("base64")}`);
    const form = new URLSearchParams(call?.body);
    expect(form.get("to")).toBe("ada@example.com");
    expect(form.get("h:Message-Id")).toBe(`<${rows[0]?.id}@parley>`);
    expect(form.get("h:List-Unsubscribe")).toMatch(/^<http.*\/unsubscribe\/.{86}>$/);
  });
});

describe("text messages", () => {
  it("reach a number once, even when the provider's acceptance of the first one was lost", async () => {
    const before = texts.length;
    // The provider has taken the message whose answer got lost.
    server.next(({ body }) => void keep(body));
    const { rows } = await sent(harness, { channel: "sms", recipients: ["+49 151 1234-5678"] });
    expect(rows).toMatchObject([{ address: "+4915112345678", status: "sent", provider_id: `SM${before + 1}` }]);
    expect(texts.length - before).toBe(1);
    expect(texts[0]?.body).toMatch(/^Desk would like to talk with you.*\/public\/chat\/pl_\w+$/);
  });

  it("are sent again when the provider has none of them", async () => {
    server.next("break");
    const before = texts.length;
    const { rows } = await sent(harness, { channel: "sms", recipients: ["+4915187654321"] });
    expect(rows).toMatchObject([{ status: "sent", attempts: 2 }]);
    expect(texts.length - before).toBe(1);
  });
});

describe("chat and webhook delivery", () => {
  it("Slack gets one shared link, with its markup escaped, and lists show only its host", async () => {
    const address = `${server.url}/slack/T0/B0/secret`;
    const message = "Talk <!channel> & more: {{link.url}}";
    const { rows, token } = await sent(harness, { channel: "slack", recipients: [address], message });
    expect(rows).toMatchObject([{ status: "sent", address: new URL(server.url).host, link_id: null }]);
    const [call] = callsTo("/slack/");
    expect(JSON.parse(call?.body ?? "").text).toContain(
      `Talk &lt;!channel&gt; &amp; more: http://localhost:8080/public/chat/${token}`,
    );
  });

  it("a post that may have arrived is marked in doubt, not repeated; one that surely has not is repeated", async () => {
    server.next("break");
    const broken = await sent(harness, { channel: "slack", recipients: [`${server.url}/doubt`] });
    expect(broken.rows).toMatchObject([{ status: "in_doubt", attempts: 1 }]);
    expect(callsTo("/doubt")).toHaveLength(1);
    server.next({ status: 429 });
    const limited = await sent(harness, { channel: "teams", recipients: [`${server.url}/limited`] });
    expect(limited.rows).toMatchObject([{ status: "sent", attempts: 2 }]);
    const card = JSON.parse(callsTo("/limited")[0]?.body ?? "");
    expect(card.attachments[0].content.actions[0]).toMatchObject({ type: "Action.OpenUrl", title: "Talk & <more>" });
  });

  it("a post whose replica died while sending it stays in doubt", async () => {
    const address = `${server.url}/died`;
    const { rows } = await sent(harness, { channel: "slack", recipients: [address] });
    await withPostgresClient(harness.database.adminUrl, (owner) =>
      owner.query(
        `update send_out_recipients set status = 'pending', ended_at = null, handed_over_at = now(), attempts = 1,
           claimed_until = now() - interval '1 second', next_attempt_at = now() where id = $1`,
        [rows[0]?.id],
      ),
    );
    await eventually(() =>
      withPostgresClient(harness.database.adminUrl, async (owner) => {
        const found = await owner.query("select status from send_out_recipients where id = $1", [rows[0]?.id]);
        expect(found.rows).toEqual([{ status: "in_doubt" }]);
      }),
    );
    expect(callsTo("/died")).toHaveLength(1);
  });

  it("a webhook is sent again under the same id", async () => {
    server.next("break");
    const { rows } = await sent(harness, {
      channel: "webhook",
      recipients: [{ address: `${server.url}/hook`, name: "Ada" }],
    });
    expect(rows).toMatchObject([{ status: "sent", attempts: 2 }]);
    const ids = callsTo("/hook").map(({ headers }) => headers["webhook-id"]);
    expect(ids).toEqual([rows[0]?.id, rows[0]?.id]);
    expect(JSON.parse(callsTo("/hook")[0]?.body ?? "")).toMatchObject({
      type: "link.sent",
      data: { recipient: { name: "Ada" }, link: { title: "Talk & <more>" } },
    });
  });
});

describe("provider events", () => {
  type Call = Parameters<
    typeof harness.bus.call<typeof takeProviderEvents.request, typeof takeProviderEvents.response>
  >[1];
  const take = (call: Call) => harness.bus.call(takeProviderEvents, call);
  const at = (of: { principal: Principal }) =>
    harness.bus.call(listSuppressions, { principal: of.principal, limit: 10 });
  const rows = async (of: Awaited<ReturnType<typeof sent>>["of"]) =>
    (await harness.bus.call(listDeliveryRecipients, { ...of, limit: 10 })).data;

  const bySendgrid = (events: unknown[], key = sendgridKeys.privateKey): Call => {
    const [time, body] = ["1762000000", JSON.stringify(events)];
    const signature = sign("sha256", Buffer.from(time + body), key).toString("base64");
    const headers = {
      "x-twilio-email-event-webhook-timestamp": time,
      "x-twilio-email-event-webhook-signature": signature,
    };
    return { provider: "sendgrid", url: "https://chat.example.com/provider-events/sendgrid", headers, body };
  };

  const byMailgun = (data: object, { age = 0, key = "mg-signing" } = {}): Call => {
    const timestamp = String(Math.floor(Date.now() / 1_000) - age);
    const signature = createHmac("sha256", key).update(`${timestamp}word`).digest("hex");
    const body = JSON.stringify({ signature: { timestamp, token: "word", signature }, "event-data": data });
    return { provider: "mailgun", url: "https://chat.example.com/provider-events/mailgun", headers: {}, body };
  };

  const byTwilio = (recipient: string, fields: Record<string, string>, token = "token"): Call => {
    const url = `https://chat.example.com/provider-events/twilio?recipient=${recipient}`;
    const signed = url + Object.entries(fields).sort().flat().join("");
    const headers = { "x-twilio-signature": createHmac("sha1", token).update(signed).digest("base64") };
    return { provider: "twilio", url, headers, body: new URLSearchParams(fields).toString() };
  };

  it("fail and suppress a bounced address, unsubscribe a complaining one, and only fail a full mailbox", async () => {
    const people = ["gone@example.com", "angry@example.com", "full@example.com", "well@example.com"];
    const { rows: before, of } = await sent(harness, { channel: "email", recipients: people });
    const [gone, angry, full, well] = before.map(({ id }) => id);
    const nobody = "01980000-0000-7000-8000-000000000001";
    const events = [
      { event: "bounce", type: "bounce", parley_id: gone },
      { event: "spamreport", parley_id: angry },
      { event: "bounce", type: "blocked", parley_id: full },
      { event: "delivered", parley_id: well },
      { event: "bounce", type: "bounce", parley_id: nobody },
      { event: "bounce", email: "of another program" },
    ];
    expect(await codeOf(take(bySendgrid(events, generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey)))).toBe(
      "forbidden",
    );
    expect(await rows(of)).toEqual(before);
    expect(await take(bySendgrid(events))).toEqual({ taken: 3 });
    expect(await take(bySendgrid(events))).toEqual({ taken: 3 });
    expect((await rows(of)).map(({ status, outcome }) => [status, outcome])).toEqual([
      ...[
        ["failed", "bounced"],
        ["sent", "complained"],
        ["failed", "undelivered"],
        ["sent", null],
      ],
    ]);
    const listed = (await at(of)).data.map(({ address, reason }) => [address, reason]).sort();
    expect(listed).toEqual([
      ["angry@example.com", "unsubscribed"],
      ["gone@example.com", "bounced"],
    ]);
  });

  it("are trusted from Mailgun and Twilio by their signatures, and from Mailgun not for long", async () => {
    const { rows: mails, of: mailed } = await sent(harness, { channel: "email", recipients: ada });
    const data = { event: "failed", severity: "permanent", "user-variables": { "parley-id": mails[0]?.id } };
    for (const bad of [byMailgun(data, { age: 50_000 }), byMailgun(data, { key: "other" })])
      expect(await codeOf(take(bad))).toBe("forbidden");
    expect(await take(byMailgun({ ...data, severity: "temporary" }))).toEqual({ taken: 0 });
    expect(await take(byMailgun(data))).toEqual({ taken: 1 });
    expect(await rows(mailed)).toMatchObject([{ status: "failed", outcome: "bounced" }]);

    const numbers = ["+4915112345001", "+4915112345002", "+4915112345003"];
    const { rows: texted, of } = await sent(harness, { channel: "sms", recipients: numbers });
    const [gone = "", stopped = "", unlucky = ""] = texted.map(({ id }) => id);
    const undelivered = { MessageStatus: "undelivered", MessageSid: "SM1" };
    expect(await codeOf(take(byTwilio(gone, { ...undelivered, ErrorCode: "30005" }, "other")))).toBe("forbidden");
    expect(await take(byTwilio(gone, { ...undelivered, MessageStatus: "delivered" }))).toEqual({ taken: 0 });
    await take(byTwilio(gone, { ...undelivered, ErrorCode: "30005" }));
    await take(byTwilio(stopped, { ...undelivered, MessageStatus: "failed", ErrorCode: "21610" }));
    await take(byTwilio(unlucky, { ...undelivered, ErrorCode: "30008" }));
    expect((await rows(of)).map(({ outcome }) => outcome)).toEqual(["bounced", "unsubscribed", "undelivered"]);
    expect((await at(of)).data.map(({ address }) => address).sort()).toEqual(numbers.slice(0, 2));
  });

  it("are taken in two statements per thousand from two tenants, and a repeat changes nothing", async () => {
    const { secrets, db } = harness.deps;
    const ids: string[] = [];
    const tenants: string[] = [];
    for (const _ of [1, 2]) {
      const { of } = await sent(harness, { channel: "email", recipients: ada });
      const { tenantId } = of.principal;
      if (tenantId === null) expect.unreachable();
      tenants.push(tenantId);
      const people = Array.from({ length: 500 }, (_, n) => ({ id: newId(), address: `crowd${n}@example.com` }));
      ids.push(...people.map(({ id }) => id));
      const sealed = people.map(({ id, address }) =>
        secrets.seal(JSON.stringify({ address, name: null }), `recipient:${tenantId}:${id}`),
      );
      await db.tenant(tenantId, (trx) =>
        sql`insert into send_out_recipients
            (id, tenant_id, send_out_id, position, address_sealed, address_hash, hint, language, status, ended_at)
          select id, ${tenantId}, ${of.delivery}, n, sealed, 'hash' || n, 'c…', 'en', 'sent', now()
          from unnest(${people.map(({ id }) => id)}::uuid[], ${sealed}::text[]) with ordinality as x (id, sealed, n)`.execute(
          trx,
        ),
      );
    }
    const read = async () => {
      const of = await Promise.all(
        tenants.map((tenantId) =>
          db.tenant(tenantId, async (trx) => {
            const { rows } = await sql<{ outcome: string; reason: string | null; told: number; count: number }>`
              select r.status || ' ' || r.outcome as outcome, s.reason, count(*)::int as count,
                sum(o.told)::int as told
              from send_out_recipients r left join suppressions s using (tenant_id, address_hash)
              left join (select payload ->> 'recipientId' as id, count(*) as told from outbox group by 1) o on o.id = r.id::text
              where r.hint = 'c…' group by 1, 2 order by 1, 2`.execute(trx);
            return rows;
          }),
        ),
      );
      return of.flat();
    };
    let statements = 0;
    const counted: typeof db = {
      ...db,
      query: (...asked) => {
        statements += 1;
        return db.query(...asked);
      },
      tenant: () => expect.unreachable("each by itself"),
    };
    const handler = takeProviderEventsHandler({ ...harness.deps, db: counted });
    // Of every tenth the reader complains before the mailbox turns out to be gone; every other tenth is only refused for now.
    const events = ids.flatMap((id, n) => {
      const gone = { event: "bounce", type: n % 10 === 5 ? "blocked" : "bounce", parley_id: id };
      return n % 10 === 0 ? [{ event: "spamreport", parley_id: id }, gone] : [gone];
    });
    const call = bySendgrid(events.slice(0, 1_000));
    expect(await handler(call)).toEqual({ taken: 1_000 });
    expect(statements).toBe(2);
    expect(await handler(bySendgrid(events))).toEqual({ taken: 1_100 });
    expect(statements).toBe(6);
    const after = await read();
    expect(after).toEqual(
      [1, 2].flatMap(() => [
        { outcome: "failed bounced", reason: "bounced", count: 400, told: 400 },
        { outcome: "failed bounced", reason: "unsubscribed", count: 50, told: 50 },
        { outcome: "failed undelivered", reason: null, count: 50, told: 50 },
      ]),
    );
    await handler(call);
    expect(await read()).toEqual(after);
    const { data } = await harness.bus.call(listSuppressions, {
      principal: { tenantId: tenants[0] ?? "", role: "admin", via: "token", id: "test" },
      limit: 1,
    });
    expect(data).toMatchObject([{ address: expect.stringMatching(/^crowd\d+@example\.com$/) }]);
  });

  it("are not accepted where the provider is not configured", async () => {
    expect(await codeOf(mailgun.bus.call(takeProviderEvents, bySendgrid([])))).toBe("not_found");
  });
});
