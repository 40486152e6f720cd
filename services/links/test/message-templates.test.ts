import {
  createLink,
  createLinkTemplate,
  createSchedule,
  deleteMessageTemplate,
  getMessageTemplate,
  listMessageTemplates,
  listScheduleRuns,
  type MessageTexts,
  type Principal,
  putMessageTemplate,
  type ResendBody,
  resendDelivery,
  runSchedule,
  type SendLinkBody,
  sendLink,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listMail } from "../src/verification/repository.js";
import { codeOf, type Harness, startHarness } from "./harness.js";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness([], { SEND_POLL_MS: "50", SCHEDULE_POLL_MS: "50" });
}, 60_000);
afterAll(() => harness?.close());

const TEXTS: MessageTexts = {
  en: { subject: "How was {{link.title}}?", message: "Dear {{recipient.name}}, tell {{agent.name}}." },
  de: { subject: "Wie war es?", message: "Erzählen Sie {{agent.name}} davon." },
};

async function newDesk() {
  const { tenantId, as } = await harness.newTenant();
  const principal: Principal = as("editor");
  const { link } = await harness.bus.call(createLink, { principal, agent: "desk", body: { title: "the stay" } });
  const put = (name: string, texts = TEXTS) =>
    harness.bus.call(putMessageTemplate, { principal, name, body: { texts } });
  const at = { principal, agent: "desk", id: link.id };
  const send = async (body: Partial<SendLinkBody>) => {
    const whole: SendLinkBody = { channel: "email", recipients: ["ada@example.com"], template: "after_stay", ...body };
    return (await harness.bus.call(sendLink, { ...at, body: whole, idempotency: null })).answer;
  };
  const resend = async (delivery: string, body: ResendBody) =>
    (await harness.bus.call(resendDelivery, { ...at, delivery, body, idempotency: null })).answer;
  /** Mails by recipient, once there are so many. */
  const mails = (count: number) =>
    eventually(async () => {
      const kept = await listMail(harness.db, { tenantId, limit: 50 });
      if (kept.length < count) throw new Error("not all have come");
      return new Map(kept.map((mail) => [mail.to, mail]));
    });
  return { tenantId, as, principal, put, send, resend, mails };
}

describe("message templates", () => {
  it("are written by editors, and read by the whole team and nobody else", async () => {
    const desk = await newDesk();
    const { principal, as } = desk;
    await desk.put("after_stay", { en: { subject: "x", message: "y" } });
    const { template } = await desk.put("after_stay");
    expect(template).toMatchObject({ name: "after_stay", texts: TEXTS, created_by: "test-editor" });
    await desk.put("b_side");
    const list = (cursor?: string) =>
      harness.bus.call(listMessageTemplates, { principal: as("viewer"), limit: 1, cursor });
    const first = await list();
    const second = await list(first.nextCursor ?? "");
    expect([first, second].map(({ data }) => data.map(({ name }) => name))).toEqual([["after_stay"], ["b_side"]]);
    expect(second.nextCursor).toBeNull();
    const named = { principal, name: "after_stay" };
    expect(
      await codeOf(
        harness.bus.call(putMessageTemplate, { ...named, principal: as("operator"), body: { texts: TEXTS } }),
      ),
    ).toBe("forbidden");
    expect(await codeOf(desk.put("reminder"))).toBe("name_taken");
    const stranger = (await harness.newTenant()).as("owner");
    expect(await codeOf(harness.bus.call(getMessageTemplate, { principal: stranger, name: "after_stay" }))).toBe(
      "template_not_found",
    );
    await harness.bus.call(deleteMessageTemplate, named);
    for (const call of [getMessageTemplate, deleteMessageTemplate])
      expect(await codeOf(harness.bus.call(call, named))).toBe("template_not_found");
  });

  it("are sent in the language of each recipient, with greeting and closing in the same language", async () => {
    const desk = await newDesk();
    expect(await codeOf(desk.send({}))).toBe("template_not_found");
    await desk.put("after_stay");
    const recipients = [
      { address: "ada@example.com", name: "Ada", language: "en" },
      { address: "bo@example.com", language: "de" },
      { address: "cy@example.com", language: "fr" },
    ];
    expect(await desk.send({ recipients, dry_run: true })).toMatchObject({
      preview: {
        language: "en",
        subject: "How was the stay?",
        text: expect.stringMatching(/^Hello Ada,\n\nDear Ada, tell Desk\.\n/),
      },
    });
    await desk.send({ recipients });
    const mails = await desk.mails(3);
    expect(mails.get("ada@example.com")?.subject).toBe("How was the stay?");
    expect(mails.get("bo@example.com")).toMatchObject({ subject: "Wie war es?" });
    expect(mails.get("bo@example.com")?.text).toMatch(/^Guten Tag,\n\nErzählen Sie Desk davon\.\n/);
    // There is no French text: the whole mail is English.
    expect(mails.get("cy@example.com")).toMatchObject({ subject: "How was the stay?" });
    expect(mails.get("cy@example.com")?.text).toMatch(/^Hello,\n/);
  });

  it("do not change the text of a delivery that has begun, nor of its resend to those it did not reach", async () => {
    const desk = await newDesk();
    await desk.put("after_stay");
    const begun = await desk.send({});
    if (!("delivery_id" in begun)) throw new Error("nothing was begun");
    await desk.mails(1);
    await harness.bus.call(deleteMessageTemplate, { principal: desk.principal, name: "after_stay" });
    const again = { to: "failed" as const, dry_run: true };
    expect(await codeOf(desk.resend(begun.delivery_id, again))).toBe("no_recipients");
    await eventually(async () => {
      const { rows } = await harness.db.tenant(desk.tenantId, (trx) =>
        sql`update send_out_recipients set status = 'failed' where send_out_id = ${begun.delivery_id} and status = 'sent'
          returning id`.execute(trx),
      );
      expect(rows).toHaveLength(1);
    });
    expect(await desk.resend(begun.delivery_id, again)).toMatchObject({ preview: { subject: "How was the stay?" } });
    const other = { ...again, template: "after_stay" };
    expect(await codeOf(desk.resend(begun.delivery_id, other))).toBe("template_not_found");
  });

  it("provide the text of a schedule that names them", async () => {
    const desk = await newDesk();
    const parameters = { agent: "desk", channel: "email" as const, recipients: ["ada@example.com"], title: "the week" };
    const make = (message_template: string) =>
      harness.bus.call(createSchedule, {
        principal: desk.principal,
        body: {
          ...{ cron: "0 9 * * *", timezone: "UTC", action: "create_and_send_temp_chat_link" as const },
          parameters: { ...parameters, message_template },
        },
        idempotency: null,
      });
    expect(await codeOf(make("after_stay"))).toBe("template_not_found");
    await desk.put("after_stay");
    const { schedule } = await make("after_stay");
    const run = () => harness.bus.call(runSchedule, { principal: desk.principal, id: schedule.id, idempotency: null });
    await run();
    expect((await desk.mails(1)).get("ada@example.com")).toMatchObject({ subject: "How was the week?" });
    await harness.bus.call(deleteMessageTemplate, { principal: desk.principal, name: "after_stay" });
    await run();
    const outcomes = async () =>
      (await harness.bus.call(listScheduleRuns, { principal: desk.principal, id: schedule.id, limit: 10 })).data.map(
        ({ outcome, status }) => outcome ?? status,
      );
    await expect.poll(outcomes, { timeout: 20_000 }).toEqual(["template_not_found", "done"]);
  });

  it("provide the text of a schedule whose link template has the same name, unless it names another one", async () => {
    const desk = await newDesk();
    const { principal } = desk;
    await harness.bus.call(createLinkTemplate, { principal, body: { name: "after_stay", title: "the stay" } });
    const mailed = async (recipient: string, message_template?: string) => {
      const parameters = { agent: "desk", channel: "email" as const, recipients: [recipient], template: "after_stay" };
      const { schedule } = await harness.bus.call(createSchedule, {
        principal,
        body: {
          ...{ cron: "0 9 * * *", timezone: "UTC", action: "create_and_send_temp_chat_link" as const },
          parameters: { ...parameters, ...(message_template && { message_template }) },
        },
        idempotency: null,
      });
      await harness.bus.call(runSchedule, { principal, id: schedule.id, idempotency: null });
    };
    // Before there are words of this name, the message is the product's.
    await mailed("ada@example.com");
    const plain = (await desk.mails(1)).get("ada@example.com");
    expect(plain?.subject).not.toBe("How was the stay?");
    await desk.put("after_stay");
    await mailed("bob@example.com");
    const named = (await desk.mails(2)).get("bob@example.com");
    expect(named).toMatchObject({ subject: "How was the stay?" });
    await desk.put("other", { en: { subject: "Other words", message: "{{link.url}}" } });
    await mailed("cem@example.com", "other");
    const other = (await desk.mails(3)).get("cem@example.com");
    expect(other).toMatchObject({ subject: "Other words" });
  });
});
