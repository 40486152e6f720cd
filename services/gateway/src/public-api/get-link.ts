import type { LinkPolicy } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { z } from "zod";
import type { GatewayContext } from "../deps.js";
import { answers } from "../schemas.js";
import { linkShown, tokenParams } from "./schemas.js";

/** What a visitor may know of a link before the conversation. A read; it never counts as a session. */
export function getLinkRoute(app: HttpApp, _context: GatewayContext): void {
  const schema = {
    summary: "Show a link",
    tags: ["public"],
    params: tokenParams,
    response: answers({ 200: linkShown }),
  };
  app.get("/link/:token", { schema }, async (request) => showLink(request.visit.policy));
}

/** Members are named one by one: prompts, intents and budgets of the policy must never slip out with a new field. */
function showLink(policy: LinkPolicy): z.output<typeof linkShown> {
  return {
    title: policy.title,
    description: policy.description,
    agent_name: policy.agentName,
    branding: policy.branding,
    welcome_message: policy.welcomeMessage,
    require_email: policy.requireEmail,
    pin_required: false,
    consent_text: null,
    expires_at: policy.expiresAt,
    availability: policy.sessionsUsed >= policy.maxSessions ? "full" : "available",
    limits: {
      max_messages_per_session: policy.maxMessagesPerSession,
      session_timeout_minutes: policy.sessionTimeoutMinutes,
      max_message_length: policy.maxMessageLength,
      rate_limit_per_minute: policy.rateLimitPerMinute,
    },
  };
}
