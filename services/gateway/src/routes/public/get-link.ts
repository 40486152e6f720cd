import { type LinkPolicy, openAt, publicLink } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { messageLimit } from "../../edge/message-length.js";
import { proofRequired } from "../../edge/proof.js";
import { newcomerLevel } from "../../edge/rates.js";
import { answers } from "../declare-route.js";
import { tokenParams } from "../params.js";

/** What a visitor may know about a link before the conversation. A read; it never counts as a session. */
export function getLinkRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Show a link",
    tags: ["public"],
    params: tokenParams,
    response: answers({ 200: publicLink }),
  };
  app.get("/link/:token", { schema }, async (request) => {
    if (request.visit.policy.proofOfWork === "adaptive") request.suspicion = await newcomerLevel(context, request);
    context.visitCounts.count(request, request.visit.policy, "opened");
    return showLink(context, request);
  });
}

/** Members are listed individually: prompts, intents and budgets of the policy must never leak with a new field. */
function showLink(context: GatewayContext, request: FastifyRequest): z.output<typeof publicLink> {
  const { policy } = request.visit;
  const files = policy.fileUploads;
  return {
    title: policy.title,
    description: policy.description,
    agent_name: policy.agentName,
    branding: policy.branding,
    welcome_message: policy.welcomeMessage,
    require_email: policy.requireEmail,
    pin_required: policy.pinRequired,
    consent_text: policy.consentText,
    proof_required: proofRequired(request),
    expires_at: policy.expiresAt,
    availability: availabilityOf(policy),
    sessions_left: Math.max(0, policy.maxSessions - policy.sessionsUsed),
    limits: {
      max_messages_per_session: policy.maxMessagesPerSession,
      session_timeout_minutes: policy.sessionTimeoutMinutes,
      max_message_length: messageLimit(context, policy),
      rate_limit_per_minute: policy.rateLimitPerMinute,
    },
    features: { stop: true, feedback: true, ratings: true, typing: true, escalate: true, files: files.enabled },
    introduction: policy.introduction,
    starters: policy.starters,
    // The name is for the greeting; somebody who merely has the link must not see the address.
    recipient: policy.recipient?.name === undefined ? null : { name: policy.recipient.name },
    files: files.enabled ? { types: files.types, max_bytes: files.maxBytes, max_count: files.maxCount } : null,
    access: policy.access,
    people: peopleOf(policy),
  };
}

function peopleOf({ people }: LinkPolicy): z.output<typeof publicLink>["people"] {
  if (!people) return null;
  const { open, nextOpenAt } = openAt(people.hours ?? null, Date.now());
  const { reply_minutes = null, fallback_minutes = null } = people;
  return { reply_minutes, fallback_minutes, open_now: open, next_open_at: nextOpenAt };
}

/** What a new visitor would find: an agent without a runnable version, a full link, or neither. */
function availabilityOf(policy: LinkPolicy): z.output<typeof publicLink>["availability"] {
  if (policy.agentReady === false) return "unavailable";
  return policy.sessionsUsed >= policy.maxSessions ? "full" : "available";
}
