import type { tokenSubject } from "@parley/contracts";
import type { z } from "zod";
import { accessRow } from "../access.js";
import type { HandlerDeps } from "../deps.js";

/** Pseudonym of a token's holder: limits count a person once, however many devices they use. A read. */
export const tokenSubjectHandler =
  ({ repository, secrets }: HandlerDeps) =>
  async ({ access }: z.output<typeof tokenSubject.request>): Promise<z.input<typeof tokenSubject.response>> => {
    const { session_id: sessionId, email, participant_hash } = await repository.subject(accessRow(access, secrets));
    const subject = email === null ? null : secrets.keyedHash(`subject:${email}`);
    return { subject, sessionId, participantHash: participant_hash };
  };
