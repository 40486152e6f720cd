import { describe, expect, it } from "vitest";
import { deliveryRow, messageTemplateRow, recipientRow, webhookDeliveryRow } from "./fake-sending.js";
import { LINK_ID, linkRow } from "./rows.js";
import { axeFindings, consoleBench, screenshot, sidewaysOverflow, skipBrowser } from "./setup.js";

const bench = consoleBench();
const LINK = `/console/links/clinic-desk/${LINK_ID}`;
const SEND = "POST /agents/:/public-links/:/send";
const calls = (name: string) => bench.api().seen.filter(({ call }) => call === name);

describe.skipIf(skipBrowser)("sending a link", () => {
  it("previews the message, sends it once, and tracks its status for each recipient", async () => {
    const texts = { en: { subject: "How was it?", message: "Tell us." } };
    const page = await bench.open(LINK, {
      prepare: (api) => void api.messageTemplates.push(messageTemplateRow({ name: "after_stay", texts })),
    });
    await page.getByRole("button", { name: "Send this link" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByRole("button", { name: "Send", exact: true }).click();
    await drawer.getByText("To whom?").waitFor();
    await drawer.getByLabel("E-mail addresses").fill("Ada <ada@example.com>\nbo@example.com");
    await drawer.getByRole("combobox", { name: "Message" }).click();
    await page.getByRole("option", { name: "after_stay" }).click();
    await drawer.getByRole("button", { name: "Preview the message" }).click();
    await drawer.getByText("2 would get it.").waitFor();
    await drawer.getByText("An invitation", { exact: true }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await drawer.getByRole("button", { name: "Send to 2" }).click();
    await expect.poll(() => drawer.getByRole("row").filter({ hasText: "Queued" }).count()).toBe(2);
    const [preview, sent] = calls(SEND);
    expect(preview?.body.dry_run).toBe(true);
    expect(sent?.headers["idempotency-key"]).toMatch(/\S{8}/);
    expect(sent?.body).toEqual({
      ...{ channel: "email", template: "after_stay", personalised: true },
      recipients: [{ name: "Ada", address: "ada@example.com" }, "bo@example.com"],
    });
    // The server tells; nobody reloads.
    const [ada, bo] = bench.api().recipients;
    Object.assign(ada ?? {}, { status: "sent", sent_at: new Date().toISOString(), chatted: false, completed: false });
    bench.api().live.happen("delivery.sent", { link_id: LINK_ID });
    await drawer.getByRole("row").filter({ hasText: "Ada" }).getByText("Not used yet").waitFor();
    Object.assign(bo ?? {}, { status: "failed", outcome: "mailbox_unknown", attempts: 2 });
    bench.api().live.happen("delivery.failed", { link_id: LINK_ID });
    await drawer.getByText("1 not reached").waitFor();
    await drawer.getByText("mailbox unknown").waitFor();
    Object.assign(ada ?? {}, { chatted: true });
    bench.api().live.happen("session.started", { session_id: "text_1", link_id: LINK_ID });
    await drawer.getByText("Wrote on their link", { exact: true }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, "sending");
    await page.keyboard.press("Escape");
    await page.getByRole("region", { name: "Sent to people" }).getByText("1 not reached").waitFor();
  });

  it("shows who opened their link where tracking is on, and reminds those who have not", async () => {
    const page = await bench.open(LINK, {
      prepare: (api) => {
        const engagement = { opened: 1, chatted: 0, completed: 0 };
        api.deliveries = [deliveryRow({ track_opens: true, engagement })];
        const sent = { status: "sent", sent_at: new Date().toISOString(), chatted: false, completed: false };
        api.recipients = [
          recipientRow({ ...sent, id: "1", name: "Ada", opened: true }),
          recipientRow({ ...sent, id: "2", name: "Bo", opened: false }),
        ];
      },
    });
    await page.getByRole("button", { name: "Who got it" }).click();
    const drawer = page.getByRole("dialog").first();
    await drawer.getByText("1 opened their link, 0 wrote").waitFor();
    await drawer.getByRole("row").filter({ hasText: "Ada" }).getByText("Opened, nothing written yet").waitFor();
    await drawer.getByRole("row").filter({ hasText: "Bo" }).getByText("Not opened yet").waitFor();
    await drawer.getByRole("button", { name: "Send again…" }).click();
    const again = page.getByRole("dialog", { name: "Send again" });
    await again.getByText("1 would get it.").waitFor();
    await again.getByText("A reminder").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await again.getByRole("button", { name: "Send again" }).click();
    await page.getByText("On its way to 1.").waitFor();
    const bodies = calls("POST /agents/:/public-links/:/deliveries/:/resend").map(({ body }) => body);
    expect(bodies).toEqual([{ to: "not_opened", dry_run: true }, { to: "not_opened" }]);
  });

  it("cancels unsent messages after a warning, and filters recipients by status", async () => {
    const page = await bench.open(LINK, { width: 360 });
    await page.getByRole("button", { name: "Send this link" }).click();
    const drawer = page.getByRole("dialog").first();
    await drawer.getByLabel("E-mail addresses").fill("ada@example.com\nbo@example.com");
    await drawer.getByRole("button", { name: "Send to 2" }).click();
    await drawer.getByRole("button", { name: "Stop sending" }).click();
    const question = page.getByRole("dialog", { name: "Stop sending?" });
    await question.getByText("cannot be called back").waitFor();
    await question.getByRole("button", { name: "Stop sending" }).click();
    await expect.poll(() => drawer.getByRole("row").filter({ hasText: "Cancelled" }).count()).toBe(2);
    await expect.poll(() => drawer.getByRole("button", { name: "Stop sending" }).count()).toBe(0);
    await drawer.getByRole("combobox", { name: "Show" }).click();
    await page.getByRole("option", { name: "Failed" }).click();
    await drawer.getByText("Nobody is in this state.").waitFor();
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
  });

  it("shows address errors beside the list, and sends one shared link to chats", async () => {
    const page = await bench.open(LINK, {
      prepare: (api) => {
        api.links = [linkRow({ pin_required: true })];
        const errors = [{ pointer: "/recipients/0", rule: "address", message: "is no address of this channel" }];
        api.refuse[SEND] = { status: 422, code: "validation_failed", detail: "Some fields are wrong.", errors };
      },
    });
    await page.getByRole("button", { name: "Send this link" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByText("which cannot be copied").waitFor();
    await drawer.getByRole("combobox", { name: "By" }).click();
    await page.getByRole("option", { name: "Slack" }).click();
    await drawer.getByLabel("Incoming webhooks of Slack").fill("https://hooks.slack.com/services/x");
    await drawer.getByRole("button", { name: "Send", exact: true }).click();
    await drawer.getByText("is no address of this channel").waitFor();
    bench.api().refuse = {};
    await drawer.getByRole("button", { name: "Send", exact: true }).click();
    await drawer.getByText("Queued").first().waitFor();
    // The same words under the same key: what was refused was not made.
    expect(calls(SEND).map(({ body }) => body.personalised)).toEqual([false, false]);
  });
});

describe.skipIf(skipBrowser)("deliveries of the whole team", () => {
  it("lists the deliveries of all links, finds failed recipients, and opens each one's recipients", async () => {
    const page = await bench.open("/console/deliveries", {
      prepare: (api) => {
        api.deliveries = [deliveryRow({})];
        api.recipients = [recipientRow({ status: "failed", outcome: "mailbox_unknown", attempts: 2 })];
      },
    });
    const row = page.getByRole("row").filter({ hasText: "Clinic" });
    await row.getByText("1 not reached").waitFor();
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("button", { name: "Not reached" }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get("missed")).toBe("true");
    await row.getByText("E-mail").click();
    await page.getByText("mailbox unknown").waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, "deliveries");
  });

  it("lists webhook deliveries with their answers, and resends one", async () => {
    const page = await bench.open("/console/deliveries/webhooks", {
      prepare: (api) => {
        const bad = { status: "failed", outcome: "status", response_status: 500, response_body: "<b>broken</b>" };
        api.webhookDeliveries = [webhookDeliveryRow(bad)];
      },
    });
    const row = page.getByRole("row").filter({ hasText: "session.ended" });
    await row.getByText("500, 84 ms").click();
    await expect.poll(() => page.locator("pre").textContent()).toBe("<b>broken</b>");
    expect(await axeFindings(page)).toEqual([]);
    await screenshot(page, "deliveries-webhooks");
    await page.getByRole("button", { name: "Send again" }).click();
    await row.getByText("Delivered").waitFor();
    expect(bench.api().seen.filter(({ call }) => call.startsWith("POST /webhooks/"))).toHaveLength(1);
  });

  it("fits a narrow screen", async () => {
    const page = await bench.open("/console/deliveries/webhooks", {
      width: 360,
      prepare: (api) => {
        api.webhookDeliveries = [webhookDeliveryRow({})];
      },
    });
    await page.getByRole("row").filter({ hasText: "session.ended" }).waitFor();
    await expect.poll(() => sidewaysOverflow(page)).toBe(0);
  });
});

describe.skipIf(skipBrowser)("messages of the team's own", () => {
  it("are created per language, changed and deleted in the settings", async () => {
    const page = await bench.open("/console/settings/messages");
    await page.getByText("No message templates yet").waitFor();
    await page.getByRole("button", { name: "New message" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("after_stay");
    await dialog.getByRole("button", { name: "Save the message" }).click();
    await dialog.getByText("Write what is sent.").waitFor();
    await dialog.getByLabel("Subject").fill("How was it?");
    await dialog.getByLabel("Message").fill("Tell us: {{link.url}}");
    await dialog.getByRole("combobox", { name: "Language" }).fill("Germ");
    await page.getByRole("option", { name: "German" }).click();
    await expect.poll(() => dialog.getByLabel("Subject").inputValue()).toBe("");
    await dialog.getByLabel("Subject").fill("Wie war es?");
    await dialog.getByLabel("Message").fill("Erzählen Sie.");
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Save the message" }).click();
    const row = page.getByRole("row", { name: "after_stay" });
    await row.getByText("German, English").waitFor();
    const texts = {
      en: { subject: "How was it?", message: "Tell us: {{link.url}}" },
      de: { subject: "Wie war es?", message: "Erzählen Sie." },
    };
    expect(calls("PUT /message-templates/:").map(({ body }) => body)).toEqual([{ texts }]);
    await row.click();
    const panel = page.getByRole("complementary", { name: "after_stay" });
    await expect.poll(() => panel.getByLabel("Subject").inputValue()).toBe("How was it?");
    await screenshot(page, "messages");
    await panel.getByLabel("Subject").fill("And?");
    await panel.getByRole("button", { name: "Save", exact: true }).click();
    await expect
      .poll(() => calls("PUT /message-templates/:").at(-1)?.body)
      .toEqual({
        texts: { ...texts, en: { ...texts.en, subject: "And?" } },
      });
    await panel.getByRole("button", { name: "Delete…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("No message templates yet").waitFor();
  });
});
