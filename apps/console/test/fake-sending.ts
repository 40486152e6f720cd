import type { FakeApi, Handler } from "./fake-contract.js";
import { LINK_ID, type Row } from "./rows.js";

const ID = "0198a000-0000-7000-8000-00000000e001";
const AGENT = "0198a000-0000-7000-8000-000000000001";

const NONE = { pending: 0, sent: 0, failed: 0, suppressed: 0, limited: 0, in_doubt: 0, cancelled: 0 };

export function deliveryRow(given: Row): Row {
  return {
    ...{
      id: ID,
      agent_id: AGENT,
      link_id: LINK_ID,
      link_title: "Clinic",
      channel: "email",
      personalised: true,
      template: "invitation",
    },
    ...{ subject: null, message: null, schedule_id: null, created_by: "owner", created_at: new Date().toISOString() },
    ...{ status: "sending", finished_at: null, counts: { recipients: 0, ...NONE } },
    track_opens: false,
    engagement: { opened: null, chatted: 0, completed: 0 },
    ...given,
  };
}

export const messageTemplateRow = (given: Row): Row => ({
  ...{ name: "after_stay", texts: {}, created_by: AGENT, created_at: "", updated_at: "" },
  ...given,
});

export function recipientRow(given: Row): Row {
  return {
    ...{ id: ID, address: "ada@example.com", name: null, language: "en", link_id: null, status: "pending" },
    ...{ attempts: 0, outcome: null, provider_id: null, next_attempt_at: null, sent_at: null },
    ...{ opened: null, chatted: null, completed: null },
    ...given,
  };
}

const HOOK = "0198a000-0000-7000-8000-0000000000b1";

export function webhookDeliveryRow(given: Row): Row {
  return {
    ...{ id: ID, webhook_id: HOOK, event_id: AGENT, type: "session.ended", conversation_id: null },
    ...{ status: "delivered", attempts: 1, next_attempt_at: null, last_attempt_at: new Date().toISOString() },
    ...{ outcome: "delivered", response_status: 204, response_ms: 84, response_body: null, ended_at: null },
    ...{ occurred_at: new Date().toISOString(), created_at: new Date().toISOString() },
    ...given,
  };
}

const hookRow = (): Row => ({
  ...{ id: HOOK, url: "https://crm.example.com/hooks", events: ["session.*"], agent_id: null, agent_version: null },
  ...{ description: "CRM", include_transcript: true, include_latency_metrics: false, is_active: true },
  ...{ disabled_reason: null, disabled_at: null, failures: 0, failing_since: null, previous_secret_until: null },
  ...{ created_at: new Date().toISOString(), updated_at: new Date().toISOString() },
});

export function suppressionRow(given: Row): Row {
  return {
    id: "0198a000-0000-7000-8000-00000000e101",
    ...{ address: "ada@example.com", reason: "unsubscribed", created_at: "2026-01-01T10:00:00.000Z" },
    ...given,
  };
}

/** What the management API answers around links that are sent. */
export function sendingRoutesOf(api: FakeApi): Record<string, Handler> {
  const page = (data: Row[]): [number, unknown] => [200, { data, next_cursor: null }];
  const counted = () => {
    const counts: Record<string, number> = { recipients: api.recipients.length, ...NONE };
    for (const { status } of api.recipients) counts[String(status)] = (counts[String(status)] ?? 0) + 1;
    return counts;
  };
  const delivery = () => {
    const counts = counted();
    const cancelled = api.deliveries[0]?.status === "cancelled";
    const status = cancelled ? "cancelled" : counts.pending === 0 ? "done" : "sending";
    return { ...api.deliveries[0], status, counts };
  };
  return {
    "POST /agents/:/public-links/:/send": ({ body }) => {
      const given = Array.isArray(body.recipients) ? body.recipients : [];
      const people = given.map((one: unknown) => (typeof one === "string" ? { address: one } : (one as Row)));
      const told = { recipients: people.length, duplicates: 0, suppressed: 0, limited: 0 };
      const text = "Hello Ada,\n\nhttps://chat.example.com/public/chat/pl_…\n";
      const preview = { to: "ada@example.com", language: "en", subject: "An invitation", text };
      if (body.dry_run === true) return [200, { dry_run: true, ...told, preview }];
      api.recipients = people.map((one, index) =>
        recipientRow({ ...one, id: `0198a000-0000-7000-8000-00000000e2${String(index).padStart(2, "0")}` }),
      );
      api.deliveries = [deliveryRow({ channel: body.channel })];
      return [202, { delivery_id: ID, status: "sending", ...told }];
    },
    "GET /agents/:/public-links/:/deliveries": () => page(api.deliveries.length === 0 ? [] : [delivery()]),
    "GET /agents/:/public-links/:/deliveries/:": () => [200, delivery()],
    "GET /agents/:/public-links/:/deliveries/:/recipients": ({ query }) => {
      const status = query.get("status");
      return page(api.recipients.filter((row) => status === null || row.status === status));
    },
    "POST /agents/:/public-links/:/deliveries/:/resend": ({ body }) => {
      const told = { recipients: 1, duplicates: 0, suppressed: 0, limited: 0 };
      const preview = { to: "bo@example.com", language: "en", subject: "A reminder", text: "Hello Bo," };
      return body.dry_run === true
        ? [200, { dry_run: true, ...told, preview }]
        : [202, { delivery_id: ID, status: "sending", ...told }];
    },
    "POST /agents/:/public-links/:/deliveries/:/cancel": () => {
      for (const row of api.recipients) if (row.status === "pending") row.status = "cancelled";
      Object.assign(api.deliveries[0] ?? {}, { status: "cancelled" });
      return [200, delivery()];
    },
    "GET /deliveries": ({ query }) => {
      const missed = Number(delivery().counts.failed) > 0;
      return page(api.deliveries.length === 0 || (query.get("missed") === "true" && !missed) ? [] : [delivery()]);
    },
    "GET /webhooks": () => page(api.webhookDeliveries.length === 0 ? [] : [hookRow()]),
    // Of all receivers: `/webhooks/deliveries`, `/webhooks/deliveries/{id}/redeliver`.
    "GET /webhooks/:": ({ parts, query }) => {
      if (parts[0] !== "deliveries") return [404, { detail: "No such object." }];
      const status = query.get("status");
      return page(api.webhookDeliveries.filter((row) => status === null || row.status === status));
    },
    [`POST /webhooks/:/${ID}/:`]: () => {
      const [found] = api.webhookDeliveries;
      Object.assign(found ?? {}, { status: "delivered", outcome: "delivered", response_status: 204 });
      return [202, { ...found, status: "pending" }];
    },
    "GET /message-templates": () => page(api.messageTemplates),
    "PUT /message-templates/:": ({ parts, body }) => {
      const [name] = parts;
      const made = messageTemplateRow({ name, ...body, updated_at: String(api.seen.length) });
      api.messageTemplates = [...api.messageTemplates.filter((one) => one.name !== name), made];
      return [200, made];
    },
    "DELETE /message-templates/:": ({ parts }) => {
      api.messageTemplates = api.messageTemplates.filter(({ name }) => name !== parts[0]);
      return [200, { deleted: true }];
    },
    "GET /suppressions": () => page(api.suppressions),
    "POST /suppressions": ({ body }) => {
      const made = suppressionRow({ address: body.address, reason: "owner", id: AGENT });
      api.suppressions.unshift(made);
      return [200, made];
    },
    "DELETE /suppressions/:": ({ parts }) => {
      api.suppressions = api.suppressions.filter(({ id }) => id !== parts[0]);
      return [200, { deleted: true }];
    },
  };
}
