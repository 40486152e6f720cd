import { setTimeout as delay } from "node:timers/promises";
import type { Bus } from "@parley/bus";
import {
  acceptMessage,
  assignEscalation,
  closeEscalation,
  createSession,
  endSession,
  getTurn,
  giveFeedback,
  type LinkPolicy,
  listEscalations,
  type Principal,
  rateMessage,
  replyEscalation,
  type SessionAccess,
} from "@parley/contracts";
import type { PlannedVisit } from "./plan.js";
import type { Visit } from "./visits.js";

/** The scripted model answers in a second; a turn that takes longer is not coming. */
const TURN_DEADLINE_MS = 30_000;
const OPERATOR = { operator: "demo-week", name: "Robin" };

export interface PlayedVisit {
  conversationId: string;
  /** Of the session's row: earlier than this start when another one played the visit before. */
  createdAt: string;
}

/** Plays a visit through the services that a real one goes through. Idempotent by its key: each step is found done by a repeat. Throws when it is aborted. */
export async function playVisit(
  { bus, principal, signal }: { bus: Bus; principal: Principal & { tenantId: string }; signal: AbortSignal },
  { key, visit }: PlannedVisit,
  link: LinkPolicy,
): Promise<PlayedVisit> {
  const { tenantId } = principal;
  const idempotency = (step: string) => ({ key: `${key}-${step}`, fingerprint: key });
  const created = await bus.call(createSession, {
    tenantId,
    agentId: link.agentId,
    version: link.agentVersion,
    metadata: { demo: true },
    participantVerified: false,
    link,
    idempotency: idempotency("open"),
    replyTo: "",
  });
  const access: SessionAccess = { type: "hmac", tenantId, sessionId: created.sessionId };
  const played = { conversationId: created.conversationId, createdAt: created.createdAt };
  let state = await overTurn({ bus, signal }, access, created.turnId);
  for (const [nth, content] of visit.says.entries()) {
    if (state.ended) break;
    const accepted = await bus.call(acceptMessage, {
      access,
      content,
      clientMessageId: `${key}-${nth}`,
      idempotency: idempotency(`say-${nth}`),
      replyTo: "",
    });
    state = await overTurn({ bus, signal }, access, accepted.turnId);
  }
  if (visit.human)
    await answerAsHuman(bus, principal, { sessionId: created.sessionId, human: visit.human, idempotency });
  await judge(bus, access, { visit, turnId: state.turnId });
  const waits = state.escalated && visit.human === undefined && visit.leaves === undefined;
  if (!state.ended && !waits) {
    await bus.call(endSession, { access, reason: "completed", idempotency: idempotency("end") });
  }
  return played;
}

async function overTurn({ bus, signal }: { bus: Bus; signal: AbortSignal }, access: SessionAccess, turnId: string) {
  const deadline = Date.now() + TURN_DEADLINE_MS;
  for (;;) {
    const { turn } = await bus.call(getTurn, { access, turnId });
    if (turn.status === "done") {
      return { turnId, ended: turn.result.session_ended, escalated: turn.result.escalation !== undefined };
    }
    if (turn.status === "failed") return { turnId, ended: false, escalated: false };
    if (Date.now() > deadline) throw new Error("a turn of the demo week did not come to an end");
    await delay(100, undefined, { signal });
  }
}

async function answerAsHuman(
  bus: Bus,
  principal: Principal,
  visit: {
    sessionId: string;
    human: NonNullable<Visit["human"]>;
    idempotency: (step: string) => { key: string; fingerprint: string };
  },
): Promise<void> {
  const { data } = await bus.call(listEscalations, { principal, sessionId: visit.sessionId, limit: 1 });
  const [escalation] = data;
  if (escalation === undefined || escalation.status === "resolved") return;
  const { id } = escalation;
  await bus.call(assignEscalation, { principal, id, ...OPERATOR, transfer: false });
  for (const [nth, content] of visit.human.replies.entries()) {
    await bus.call(replyEscalation, {
      principal,
      id,
      ...OPERATOR,
      content,
      idempotency: visit.idempotency(`reply-${nth}`),
    });
  }
  const { operator } = OPERATOR;
  const { summary } = visit.human;
  await bus.call(closeEscalation, { principal, id, operator, how: "resolve", summary, endSession: false });
}

async function judge(
  bus: Bus,
  access: SessionAccess,
  { visit, turnId }: { visit: Visit; turnId: string },
): Promise<void> {
  const { thumb, rating } = visit;
  if (thumb) {
    const verdict = thumb.up ? ("up" as const) : ("down" as const);
    await bus.call(rateMessage, { access, messageId: `${turnId}.0`, rating: verdict, text: thumb.text ?? null });
  }
  if (rating) await bus.call(giveFeedback, { access, rating: rating.stars, text: rating.text ?? null });
}
