import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { ApiClient } from "@parley/testkit";
import fc from "fast-check";
import { expect } from "vitest";
import type { Tenant } from "../cluster/owner.js";

/** What a link may do, in as few words as possible; the product must never be found in another state. */
export interface LinkModel {
  isDeleted: boolean;
  isActive: boolean;
  isExpired: boolean;
  maxSessions: number;
  maxMessages: number;
  used: number;
  /** By order of opening; `said` counts accepted messages. The first one takes a place of the link. */
  sessions: { said: number; hasEnded: boolean }[];
}

/** The link as the product has it. */
export interface LinkReal {
  tenant: Tenant;
  visitor: ApiClient;
  link: { id: string; token: string };
  tokens: string[];
  /** Every kind of answer that was met, so that a run that never gets anywhere is noticed. */
  met: Set<string>;
}

/** All that opening and saying can come to. */
export const OUTCOMES = [
  ...["201 open", "404 link_unavailable", "429 sessions_exhausted"],
  ...["200 answered", "410 session_ended", "429 messages_exhausted"],
];

export type LinkCommand = fc.AsyncCommand<LinkModel, LinkReal>;

const isUsable = ({ isDeleted, isActive, isExpired }: LinkModel): boolean => !isDeleted && isActive && !isExpired;
const path = ({ link }: LinkReal, more = "") => `/api/agents/echo/public-links/${link.id}${more}`;

/** Opens a session, or a refusal that says why. */
class Open implements LinkCommand {
  check = () => true;
  toString = () => "open";
  async run(model: LinkModel, real: LinkReal): Promise<void> {
    const answer = await real.visitor.call("POST", `/api/public/sessions/${real.link.token}`, {});
    const got = `${answer.status} ${answer.body.code ?? "open"}`;
    real.met.add(got);
    if (!isUsable(model)) return expect(got).toBe("404 link_unavailable");
    if (model.used >= model.maxSessions) return expect(got).toBe("429 sessions_exhausted");
    expect(got).toBe("201 open");
    model.sessions.push({ said: 0, hasEnded: false });
    real.tokens.push(String(answer.body.session_token));
  }
}

/** Says something in a session, with or without a place left for it. */
class Say implements LinkCommand {
  constructor(
    private readonly which: number,
    private readonly twice: boolean,
  ) {}
  check = ({ sessions }: LinkModel) => sessions.length > 0;
  toString = () => `say(${this.which}${this.twice ? ", twice" : ""})`;
  async run(model: LinkModel, real: LinkReal): Promise<void> {
    const at = this.which % model.sessions.length;
    const session = model.sessions[at];
    if (session === undefined) throw new Error("checked before");
    const body = { message: `word ${session.said + 1}`, client_message_id: randomUUID() };
    const headers = { authorization: `Bearer ${real.tokens[at]}` };
    const send = () => real.visitor.call("POST", `/api/public/chat/${real.link.token}`, body, { headers });
    const [answer, again] = await Promise.all([send(), this.twice ? send() : null]);
    if (again !== null) expect([again.status, again.body.response]).toEqual([answer.status, answer.body.response]);
    const got = `${answer.status} ${answer.body.code ?? "answered"}`;
    real.met.add(got);
    if (!isUsable(model)) return expect(got).toBe("404 link_unavailable");
    if (session.hasEnded) return expect(got).toBe("410 session_ended");
    if (session.said >= model.maxMessages) return expect(got).toBe("429 messages_exhausted");
    if (session.said === 0 && model.used >= model.maxSessions) return expect(got).toBe("429 sessions_exhausted");
    expect(got).toBe("200 answered");
    if (session.said === 0) model.used += 1;
    session.said += 1;
    const { message_count, remaining_messages } = answer.body;
    expect([message_count, remaining_messages]).toEqual([session.said, model.maxMessages - session.said]);
  }
}

/** The owner ends a session. */
class End implements LinkCommand {
  constructor(private readonly which: number) {}
  check = ({ sessions }: LinkModel) => sessions.length > 0;
  toString = () => `end(${this.which})`;
  async run(model: LinkModel, real: LinkReal): Promise<void> {
    const at = this.which % model.sessions.length;
    const session = model.sessions[at];
    const list = await real.tenant.owner.call<{ data: { session_id: string }[] }>("GET", path(real, "/sessions"));
    if (session === undefined || model.isDeleted) return expect(list.status).toBe(404);
    // Newest first.
    const id = list.body.data[model.sessions.length - 1 - at]?.session_id;
    const answer = await real.tenant.owner.call("POST", `/api/sessions/${id}/end`);
    // An expired link ends its sessions by itself, at the latest a second later.
    if (model.isExpired && !session.hasEnded) expect([200, 410]).toContain(answer.status);
    else expect(answer.status).toBe(session.hasEnded ? 410 : 200);
    session.hasEnded = true;
  }
}

/** The owner changes a limit, switches the link, or moves its expiry. */
class Change implements LinkCommand {
  constructor(
    private readonly fields: { is_active: boolean } | { max_sessions: number } | { max_messages_per_session: number },
  ) {}
  check = () => true;
  toString = () => `change(${JSON.stringify(this.fields)})`;
  async run(model: LinkModel, real: LinkReal): Promise<void> {
    const answer = await real.tenant.owner.call("PUT", path(real), this.fields);
    if (model.isDeleted) return expect(answer.status).toBe(404);
    expect(answer.status).toBe(200);
    if ("is_active" in this.fields) model.isActive = this.fields.is_active;
    if ("max_sessions" in this.fields) model.maxSessions = this.fields.max_sessions;
    if ("max_messages_per_session" in this.fields) model.maxMessages = this.fields.max_messages_per_session;
  }
}

class Delete implements LinkCommand {
  check = () => true;
  toString = () => "delete";
  async run(model: LinkModel, real: LinkReal): Promise<void> {
    const answer = await real.tenant.owner.call("DELETE", path(real));
    if (model.isDeleted) return expect(answer.status).toBe(404);
    expect(answer.status).toBe(200);
    model.isDeleted = true;
  }
}

/** The instant of expiry comes and passes. */
class Expire implements LinkCommand {
  check = ({ isExpired, isDeleted }: LinkModel) => !isExpired && !isDeleted;
  toString = () => "expire";
  async run(model: LinkModel, real: LinkReal): Promise<void> {
    for (let aheadMs = 300; ; aheadMs *= 4) {
      const expires_at = new Date(Date.now() + aheadMs).toISOString();
      const answer = await real.tenant.owner.call("PUT", path(real), { expires_at });
      // On a slow machine the instant may have passed when the server hears of it: refused rightly, and nothing has changed.
      if (answer.status === 422 && Date.now() > Date.parse(expires_at) && aheadMs < 10_000) continue;
      expect(answer.status).toBe(200);
      await delay(Math.max(0, Date.parse(expires_at) - Date.now()) + 20);
      model.isExpired = true;
      return;
    }
  }
}

/** What the owner is shown must follow from the model: its status and its counts. */
class Look implements LinkCommand {
  check = () => true;
  toString = () => "look";
  async run(model: LinkModel, real: LinkReal): Promise<void> {
    const answer = await real.tenant.owner.call<Record<string, unknown>>("GET", path(real));
    if (model.isDeleted) return expect(answer.status).toBe(404);
    const isFull = model.used >= model.maxSessions;
    const status = !model.isActive ? "inactive" : model.isExpired ? "expired" : isFull ? "full" : "active";
    expect(answer.body).toMatchObject({ status, is_active: model.isActive, max_sessions: model.maxSessions });
    const list = await real.tenant.owner.call<{ data: { message_count: number; status: string }[] }>(
      ...(["GET", path(real, "/sessions")] as const),
    );
    const shown = list.body.data.map(({ message_count }) => message_count).reverse();
    expect(shown).toEqual(model.sessions.map(({ said }) => said));
  }
}

/** A game that meets every outcome, whatever the others meet. */
export const LINK_TOUR: LinkCommand[] = [
  ...[new Open(), new Say(0, true), new Say(0, false), new Say(0, false), new Look()],
  ...[new Open(), new Say(1, false), new Open(), new End(0), new Say(0, false), new Look()],
  ...[new Expire(), new Open(), new Delete(), new Open(), new Look()],
];

const which = fc.nat({ max: 2 });
const say = fc.tuple(which, fc.boolean()).map(([at, twice]) => new Say(at, twice));

/** Mostly opening and saying: what closes a link for good ends the game. */
export const linkCommands = fc.commands(
  [
    ...[fc.constant(new Open()), fc.constant(new Open()), say, say, say, say, say, say],
    which.map((at) => new End(at)),
    fc.constantFrom(true, true, false).map((is_active) => new Change({ is_active })),
    fc.integer({ min: 1, max: 3 }).map((max_sessions) => new Change({ max_sessions })),
    fc.integer({ min: 1, max: 3 }).map((max_messages_per_session) => new Change({ max_messages_per_session })),
    fc.constant(new Look()),
    fc.constantFrom(new Expire(), new Delete()),
  ],
  { maxCommands: 40, size: "max" },
);
