import { AppError, type chooseWhileWaiting, sessionView } from "@parley/contracts";
import { z } from "zod";
import { accessRow } from "../access.js";
import { type EscalationDeps, tell } from "../escalations/escalation-deps.js";
import { answerLanguage } from "./answer-texts.js";
import { addressHint, answerAad } from "./targets.js";

const chosen = z.object({
  session_id: z.string(),
  conversation_id: z.string(),
  session: sessionView,
  waiting_seq: z.number().nullable(),
});

/** The choice of a visitor who waits for a human. Idempotent by state. Throws `escalation_not_found`, `escalation_assigned`. */
export const chooseWhileWaitingHandler =
  (deps: EscalationDeps) =>
  async (input: z.output<typeof chooseWhileWaiting.request>): Promise<z.input<typeof chooseWhileWaiting.response>> => {
    const { access, choice, email, languages } = input;
    const sender = { ...accessRow(access, deps.secrets), sends: true };
    const answerTo = email === null ? null : await sealedFor(deps, sender, { email, languages });
    const answer = await deps.escalations.choose(sender, { choice, answer_to: answerTo });
    tell(deps, answer.session_id, answer.events);
    const { session_id: sessionId, conversation_id: conversationId, session, waiting_seq: seq } = chosen.parse(answer);
    if (seq !== null) deps.wake({ tenantId: session.tenant_id, sessionId, conversationId, seq });
    return { session };
  };

/** Bound to the waiting escalation: the address cannot be decrypted under another one. */
async function sealedFor(
  { repository, secrets }: EscalationDeps,
  sender: Record<string, unknown>,
  { email, languages }: { email: string; languages: string[] },
): Promise<Record<string, unknown>> {
  const { escalation } = await repository.get(sender);
  if (!escalation) throw new AppError("escalation_not_found");
  const sealed = secrets.seal(email, answerAad(escalation.id));
  return { sealed, hint: addressHint(email), language: answerLanguage(languages) };
}
