import type { FakeApi, Handler } from "./fake-contract.js";
import { AGENT_ID, LINK_ID, type Row } from "./rows.js";

const ME = "0198a000-0000-7000-8000-0000000000f1";
const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

export const ESCALATION_ID = "0198a000-0000-7000-8000-0000000000f9";
export const escalationRow = (row: Row): Row => ({
  id: ESCALATION_ID,
  conversation_id: "0198a000-0000-7000-8000-000000000003",
  session_id: "text_live",
  agent_id: AGENT_ID,
  link_id: LINK_ID,
  status: "open",
  source: "visitor",
  reason: "A question about a bill",
  metadata: {},
  requests: 1,
  assigned_to: null,
  assigned_name: null,
  summary: null,
  outcome: null,
  created_at: minutesAgo(6),
  assigned_at: null,
  resolved_at: null,
  session_status: "active",
  handled_by: "agent",
  participant: { name: "Ada Lovelace" },
  mine: false,
  last_message: { role: "user", author: null, content: "Is anybody there?", created_at: minutesAgo(5) },
  ...row,
});

let replies = 0;
export const savedReplyRow = (row: Row): Row => ({
  ...{ id: `0198a000-0000-7000-8000-0000000001${(replies++ % 90) + 10}`, key: "hours", content: "Open from nine." },
  ...{
    action: null,
    transfer_to: null,
    digit: null,
    created_by: ME,
    created_at: minutesAgo(60),
    updated_at: minutesAgo(60),
  },
  ...row,
});

let notes = 0;
export const noteRow = (row: Row): Row => ({
  ...{ id: `0198a000-0000-7000-8000-0000000000${(notes++ % 90) + 10}`, session_id: "text_live", author: ME },
  ...{ author_name: "Grace", content: "**Careful**: has complained before.", created_at: minutesAgo(0), mine: true },
  ...row,
});

/** The queue and what operators do with it, over `api.escalations`. */
export function inboxRoutesOf(api: FakeApi): Record<string, Handler> {
  const act = (with_: (row: Row, body: Row) => Row): Handler => {
    return ({ parts, body }) => {
      const row = api.escalations.find((one) => one.id === parts[0]);
      if (row === undefined) return [404, { detail: "No such escalation." }];
      return [200, Object.assign(row, with_(row, body))];
    };
  };
  const assigned = (body: Row, to: unknown): Row => ({
    ...{ status: "assigned", assigned_to: to, mine: to === ME, assigned_name: body.name ?? null },
    ...{ assigned_at: minutesAgo(0), handled_by: "human" },
  });
  const counted = (): Row => ({
    waiting: api.escalations.filter(({ status }) => status === "open").length,
    mine: api.escalations.filter(({ status, mine }) => status === "assigned" && mine).length,
    assigned: api.escalations.filter(({ status }) => status === "assigned").length,
    oldest: null,
  });
  return {
    "GET /escalations": ({ query }) => {
      const status = query.get("status");
      const mine = query.get("assigned_to") === "me";
      const session = query.get("session_id");
      const data = api.escalations.filter(
        (row) =>
          (status === null || row.status === status) &&
          (session === null || row.session_id === session) &&
          (!mine || row.mine === true),
      );
      return [200, { data, next_cursor: null }];
    },
    "GET /escalations/:": ({ parts }) => {
      if (parts[0] === "count") return [200, counted()];
      const row = api.escalations.find(({ id }) => id === parts[0]);
      return row ? [200, row] : [404, { detail: "No such escalation." }];
    },
    "GET /sessions/:/notes": ({ parts }) => [
      200,
      { data: api.notes.filter((note) => note.session_id === parts[0]), next_cursor: null },
    ],
    "POST /sessions/:/notes": ({ parts, body }) => {
      const note = noteRow({ session_id: parts[0], content: body.content, author_name: body.name ?? null });
      api.notes.push(note);
      return [201, note];
    },
    "DELETE /sessions/:/notes/:": ({ parts }) => {
      api.notes = api.notes.filter(({ id }) => id !== parts[1]);
      return [200, { deleted: true }];
    },
    "GET /saved-replies": () => [200, { data: api.savedReplies, next_cursor: null }],
    "POST /saved-replies": ({ body }) => {
      if (api.savedReplies.some(({ key }) => key === body.key)) return [409, { detail: "Another has this key." }];
      const row = savedReplyRow(body);
      api.savedReplies.unshift(row);
      return [201, row];
    },
    "PATCH /saved-replies/:": ({ parts, body }) => {
      const row = api.savedReplies.find(({ id }) => id === parts[0]) ?? {};
      return [200, Object.assign(row, body, { updated_at: new Date().toISOString() })];
    },
    "DELETE /saved-replies/:": ({ parts }) => {
      api.savedReplies = api.savedReplies.filter(({ id }) => id !== parts[0]);
      return [200, { deleted: true }];
    },
    "POST /sessions/:/presence": () => [200, { present: [] }],
    "POST /sessions/:/extend": ({ body }) => {
      const at = new Date(Date.now() + Number(body.minutes) * 60_000).toISOString();
      return [200, { session_id: "text_live", expires_at: at, idle_expires_at: at }];
    },
    "GET /sessions/:/review": ({ parts }) => [200, { review: api.reviews[parts[0] ?? ""] ?? null }],
    "PUT /sessions/:/review": ({ parts, body }) => {
      const review = { session_id: parts[0], reviewer: ME, reviewer_name: "Ada", ...body };
      api.reviews[parts[0] ?? ""] = { ...review, reviewed_at: "2026-11-01T10:00:00.000Z" };
      return [200, api.reviews[parts[0] ?? ""]];
    },
    "DELETE /sessions/:/review": ({ parts }) => {
      delete api.reviews[parts[0] ?? ""];
      return [200, { deleted: true }];
    },
    "POST /sessions/:/to-test": () => [
      200,
      {
        ...{ agent: "clinic-desk", version: 2, notes: ["What the API answered is not repeated."] },
        test: { name: "text_live", steps: [{ say: "Hello", expect: { reply: "Hi" } }] },
      },
    ],
    "GET /operators": () => [
      200,
      {
        data: [
          { id: ME, name: "Desk", role: "operator", me: true },
          { id: "0198a000-0000-7000-8000-0000000000f2", name: "Second line", role: "operator", me: false },
        ],
      },
    ],
    "POST /escalations/:/assign": act((_row, body) => assigned(body, ME)),
    "POST /escalations/:/transfer": act((_row, body) => assigned(body, body.operator)),
    "POST /escalations/:/typing": () => [200, { success: true }],
    "POST /escalations/:/reply": ({ parts, body }) => {
      api.live.tell("message", {
        ...{ turn_id: `c.9h${api.seen.length}`, role: "assistant", part: 0, content: body.message },
        ...{ author: "human", author_name: "Mira", created_at: minutesAgo(0) },
      });
      return [201, { message_id: ME, session_id: parts[0], created_at: minutesAgo(0) }];
    },
    "POST /sessions/:/files": () => [
      201,
      {
        id: `0198a000-0000-7000-8000-00000000${String(api.seen.length).padStart(4, "0")}`,
        name: "terms.txt",
        media_type: "text/plain",
        bytes: 5,
      },
    ],
    "POST /escalations/:/suggest": () => [
      200,
      {
        suggestion: "Your **refund** is on its way.",
        ...{ model: "scripted", usage: { input_tokens: 10, output_tokens: 5, cost: null } },
      },
    ],
    "POST /escalations/:/hand-back": act((_row, { summary = null }) => ({
      ...{ status: "resolved", outcome: "handed_back", mine: false, summary, resolved_at: minutesAgo(0) },
    })),
    "POST /escalations/:/resolve": act((_row, { summary = null }) => ({
      ...{ status: "resolved", outcome: "resolved", mine: false, summary, resolved_at: minutesAgo(0) },
    })),
    "POST /sessions/:/take-over": ({ parts, body }) => {
      const row = escalationRow({ session_id: parts[0], source: "operator", reason: null, ...assigned(body, ME) });
      api.escalations.push(row);
      return [200, row];
    },
  };
}
