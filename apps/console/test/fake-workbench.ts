import type { FakeApi, Handler } from "./fake-contract.js";
import { agentDocument, type Row } from "./rows.js";

const missing = (code: string): [number, unknown] => [404, { code, detail: "There is none." }];

/** Drafts, exports and secrets: what the workbench of an agent works with. */
export function workbenchRoutesOf(api: FakeApi): Record<string, Handler> {
  const entry = (draft: Row): Row => ({ mine: true, saved_at: "2026-11-01T10:00:00.000Z", ...draft });
  return {
    "GET /agents/:/export": () => [200, agentDocument],
    "GET /agents/:/drafts": () => [200, { data: api.draft === null ? [] : [entry(api.draft)] }],
    "GET /agents/:/drafts/:": () => (api.draft === null ? missing("draft_not_found") : [200, entry(api.draft)]),
    "PUT /agents/:/drafts/:": ({ body }) => {
      api.draft = { ...body, revision: Number(api.draft?.revision ?? 0) + 1 };
      return [200, entry(api.draft)];
    },
    "DELETE /agents/:/drafts/:": () => {
      api.draft = null;
      return [200, { deleted: true }];
    },
    "GET /agents/:/secrets": () => [200, { data: api.secrets, next_cursor: null }],
    "POST /agents/:/secrets": ({ body: { name, hosts } }) => {
      const secret = { name, hosts, hint: null, updated_at: "2026-11-01T10:00:00.000Z", last_used_at: null };
      api.secrets.push(secret);
      return [201, secret];
    },
  };
}
