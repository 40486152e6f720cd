import type { FakeApi, Handler } from "./fake-contract.js";
import type { Row } from "./rows.js";

const ID = "0198a000-0000-7000-8000-00000000f001";
const AGENT = "0198a000-0000-7000-8000-000000000001";
const NOW = "2026-01-01T10:00:00.000Z";

export function alertRow(given: Row): Row {
  return {
    ...{ id: ID, name: null, kind: "budget_spent", agent_id: null, link_id: null, all_tenants: false },
    ...{ threshold: 80, window_hours: null, tell_recovery: true, is_active: true, firing: 0 },
    ...{
      notify: { emails: ["team@example.com"], chat_urls: [] },
      created_by: "owner",
      created_at: NOW,
      updated_at: NOW,
    },
    ...given,
  };
}

export function firingRow(given: Row): Row {
  return {
    ...{ id: "0198a000-0000-7000-8000-00000000f101", cause: "crossing", link_id: null, webhook_id: null, value: 81.5 },
    ...{ threshold: 80, fired_at: NOW, recovered_at: null, recovered_value: null, told: [] },
    ...given,
  };
}

export function deadLetterRow(given: Row): Row {
  return {
    ...{ id: "0198a000-0000-7000-8000-00000000f201.2", kind: "turn", turn_kind: "message" },
    ...{ session_id: "text_tVp1tWWzDPC6Umnjx3yJeA", conversation_id: "0198a000-0000-7000-8000-00000000f202" },
    ...{ session_status: "active", agent_id: AGENT, agent_version: 3, link_id: null, reason: "attempts_exhausted" },
    ...{ error: "internal", accepted_at: NOW, created_at: NOW, status: "waiting", replay: null },
    ...{ content: "Where is my order?", files: [] },
    ...given,
  };
}

/** What the management API answers around alerts and given-up turns. */
export function alertRoutesOf(api: FakeApi): Record<string, Handler> {
  const page = (data: Row[]): [number, unknown] => [200, { data, next_cursor: null }];
  const one = (rows: Row[], id: string | undefined): [number, unknown] => {
    const found = rows.find((row) => row.id === id);
    return found ? [200, found] : [404, { code: "not_found", detail: "No such object." }];
  };
  const bare = ({ content: _content, files: _files, ...row }: Row): Row => row;
  return {
    "GET /alerts": () => page(api.alerts),
    "GET /alerts/:": ({ parts }) => one(api.alerts, parts[0]),
    "POST /alerts": ({ body: { agent, ...body } }) => {
      const made = alertRow({ ...body, ...(agent === undefined ? {} : { agent_id: agent }) });
      api.alerts.unshift(made);
      return [201, made];
    },
    "PATCH /alerts/:": ({ parts, body }) => {
      const row = api.alerts.find(({ id }) => id === parts[0]);
      return [200, Object.assign(row ?? {}, body)];
    },
    "DELETE /alerts/:": ({ parts }) => {
      api.alerts = api.alerts.filter(({ id }) => id !== parts[0]);
      return [200, { deleted: true }];
    },
    "POST /alerts/:/test": () => {
      const told = [
        { event: "test", kind: "mail", target: "t••••@example.com", status: "pending", attempts: 0, outcome: null },
      ];
      const made = firingRow({ id: "0198a000-0000-7000-8000-00000000f102", cause: "test", value: null, told });
      api.firings.unshift(made);
      return [202, made];
    },
    "GET /alerts/:/firings": () => page(api.firings),
    "GET /dead-letters": ({ query }) => {
      const status = query.get("status");
      return page(api.deadLetters.filter((row) => status === null || row.status === status).map(bare));
    },
    "GET /dead-letters/:": ({ parts }) => one(api.deadLetters, parts[0]),
    "POST /dead-letters/:/replay": ({ parts }) => {
      const row = api.deadLetters.find(({ id }) => id === parts[0]);
      Object.assign(row ?? {}, { status: "replaying" });
      return [202, bare(row ?? {})];
    },
    "DELETE /dead-letters/:": ({ parts }) => {
      api.deadLetters = api.deadLetters.filter(({ id }) => id !== parts[0]);
      return [200, { deleted: true }];
    },
  };
}
