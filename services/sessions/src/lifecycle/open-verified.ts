import { type continueVerified, type LinkPolicy, newId, type openVerified } from "@parley/contracts";
import { consentHash } from "@parley/secrets";
import type { z } from "zod";
import { accessRow } from "../access.js";
import type { HandlerDeps } from "../deps.js";
import type { OpenedVerified } from "../history/repository.js";
import { newSessionId, presetParticipant } from "./create-session.js";
import { agentForVisitor } from "./resolve-agent.js";

type Output = z.input<typeof openVerified.response>;

/** How long a confirmed address can open its conversation without another code. */
const TOKEN_HOURS = 24;

/**
 * Opens the one conversation of a known person on a link, with a new token. Idempotent by (link, person): while the
 * conversation is live all their devices get it, and only its first message counts against the link's quota.
 */
export const openVerifiedHandler =
  (deps: HandlerDeps) =>
  async ({
    link,
    email,
    person,
    participantHash,
    replyTo,
    consent,
  }: z.output<typeof openVerified.request>): Promise<Output> => {
    const { row, token } = await newVerified(deps, link, { replyTo, consent });
    const participant = { ...presetParticipant(link), ...person, ...(email === undefined ? {} : { email }) };
    const known = { participant, participant_hash: participantHash };
    return answer(deps, await deps.repository.openVerified({ ...row, ...known }), token);
  };

/** As `openVerifiedHandler`, for the holder of a live token of an earlier conversation. Idempotent in the same way. */
export const continueVerifiedHandler =
  (deps: HandlerDeps) =>
  async ({
    access,
    link,
    afterLeaving,
    replyTo,
    consent,
  }: z.output<typeof continueVerified.request>): Promise<Output> => {
    const { row, token } = await newVerified(deps, link, { replyTo, consent });
    const opened = await deps.repository.continueVerified(accessRow(access, deps.secrets), row, afterLeaving);
    return answer(deps, opened, token);
  };

async function newVerified(
  deps: HandlerDeps,
  link: LinkPolicy,
  call: { replyTo: string; consent: boolean | undefined },
) {
  const wanted = consentHash(link.consentText);
  const agent = await agentForVisitor(deps.resolveAgent, link);
  const token = deps.secrets.issue("session");
  const row = {
    id: newId(),
    session_id: newSessionId(),
    tenant_id: link.tenantId,
    agent_id: agent.agentId,
    agent_version: agent.version,
    is_active_version: link.agentVersion === null ? true : agent.isActive,
    participant_verified: true,
    metadata: {},
    idle_timeout_seconds: deps.config.SESSION_TIMEOUT_SECONDS,
    reply_to: call.replyTo,
    consent: false,
    consent_hash: call.consent === true ? wanted : null,
    consent_wanted: wanted,
    token_hours: TOKEN_HOURS,
    link: {
      id: link.id,
      token_row_id: newId(),
      token_id: token.id,
      token_hash: token.hash.toString("hex"),
      policy: {
        chat_intent: link.chatIntent,
        system_prompt_override: link.systemPromptOverride,
        initial_message: link.initialMessage,
        welcome_message: link.welcomeMessage,
      },
    },
  };
  return { row, token: token.token };
}

function answer(deps: HandlerDeps, opened: OpenedVerified, sessionToken: string): Output {
  const { session, turn, replayed } = opened;
  if (!replayed) {
    const at = { tenantId: session.tenant_id, sessionId: session.session_id, conversationId: session.conversation_id };
    deps.wake({ ...at, seq: 1 });
    deps.created.inc();
  }
  // Also when it was reused: an expired conversation may have been closed in the process.
  deps.relay.soon();
  return {
    sessionId: session.session_id,
    conversationId: session.conversation_id,
    sessionToken,
    tokenExpiresAt: opened.token_expires_at,
    expiresAt: session.expires_at,
    remainingMessages: session.remaining_messages,
    createdAt: session.created_at,
    reused: replayed,
    turn,
  };
}
