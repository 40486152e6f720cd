import { createChallenge, verifySolution } from "altcha-lib";
import { deriveKey } from "altcha-lib/algorithms/sha";

type Problem = { status: number; code: string; retryAfterSeconds?: number };
type Json = Record<string, unknown>;
type Answer = { refused: Problem } | { body: Json };

/** What a link asks before a talk, as its server answers. A test sets the rules and reads what came in. */
export interface FakeEntryCheck {
  pin: string;
  code: string;
  /** Wrong PINs until the link makes one wait. */
  pinTries: number;
  /** The owner has not let the address in yet. */
  pending: boolean;
  /** Answers of the next calls for a code. */
  requestProblems: Problem[];
  /** The code has run out. */
  codeExpired: boolean;
  /** The next confirmation opens a new conversation, not the one there is. */
  newConversation: boolean;
  /** Asks for a proof although the link does not say so. */
  proofLater: boolean;
  /** How hard the challenge is: hexadecimal digits that have to be zero. */
  hardness: number;
  /** Token that the provider of challenges gives; null = the built-in challenge. */
  turnstileToken: string | null;
  /** Proofs that were right, each good once. */
  proofs: string[];
  requests: { email: string; pin?: string }[];
  /** What `verify/request` and `confirm` were asked to write their mails in. */
  languages: string[];
  entries: Json[];
  confirms: Json[];
  challenge(): Promise<unknown>;
  atSession(link: Json, entry: Json): Promise<Problem | null>;
  request(link: Json, body: Json): Promise<Answer>;
  confirm(link: Json, body: Json): Promise<Answer>;
}

const SECRET = "a secret of the test";
const EXPIRES_IN_SECONDS = 600;

export function createFakeEntryCheck(): FakeEntryCheck {
  const provesNothing = async (link: Json, { proof }: Json): Promise<boolean> => {
    if (link.proof_required !== true && !entryCheck.proofLater) return false;
    if (typeof proof !== "string" || entryCheck.proofs.includes(proof)) return true;
    if (entryCheck.turnstileToken !== null) {
      if (proof === entryCheck.turnstileToken) entryCheck.proofs.push(proof);
      return proof !== entryCheck.turnstileToken;
    }
    const payload = JSON.parse(Buffer.from(proof, "base64").toString("utf8"));
    const result = await verifySolution({ ...payload, deriveKey, hmacSignatureSecret: SECRET });
    if (result.verified) entryCheck.proofs.push(proof);
    return !result.verified;
  };
  const pinProblem = (link: Json, { pin }: Json): Problem | null => {
    if (link.pin_required !== true) return null;
    if (pin === undefined) return { status: 403, code: "pin_required" };
    if (entryCheck.pinTries <= 0) return { status: 429, code: "rate_limited", retryAfterSeconds: 120 };
    if (pin === entryCheck.pin) return null;
    entryCheck.pinTries -= 1;
    return { status: 403, code: "pin_wrong" };
  };
  const consentProblem = (link: Json, { consent }: Json): Problem | null =>
    typeof link.consent_text === "string" && consent !== true ? { status: 403, code: "consent_required" } : null;

  const entryCheck: FakeEntryCheck = {
    pin: "4711",
    code: "123456",
    pinTries: 5,
    pending: false,
    requestProblems: [],
    codeExpired: false,
    newConversation: false,
    proofLater: false,
    hardness: 2,
    turnstileToken: null,
    proofs: [],
    requests: [],
    languages: [],
    entries: [],
    confirms: [],
    challenge: async () =>
      entryCheck.turnstileToken !== null
        ? { provider: "turnstile", site_key: "a-site-key", cdata: "of this visitor" }
        : {
            provider: "altcha",
            ...(await createChallenge({
              algorithm: "SHA-256",
              cost: 1,
              keyPrefix: "0".repeat(entryCheck.hardness),
              expiresAt: Math.floor(Date.now() / 1000) + EXPIRES_IN_SECONDS,
              deriveKey,
              hmacSignatureSecret: SECRET,
            })),
          },
    atSession: async (link, entry) => {
      entryCheck.entries.push(entry);
      const closed = pinProblem(link, entry) ?? consentProblem(link, entry);
      if (closed) return closed;
      if (link.require_email === true) return { status: 403, code: "verification_required" };
      return (await provesNothing(link, entry)) ? { status: 403, code: "proof_required" } : null;
    },
    request: async (link, body) => {
      const problem = entryCheck.requestProblems.shift() ?? pinProblem(link, body);
      if (problem) return { refused: problem };
      if (await provesNothing(link, body)) return { refused: { status: 403, code: "proof_required" } };
      entryCheck.requests.push({ email: String(body.email), ...(typeof body.pin === "string" && { pin: body.pin }) });
      entryCheck.codeExpired = false;
      return { body: { expires_in_seconds: EXPIRES_IN_SECONDS, request_id: "0198a000-0000-7000-8000-0000000000c0" } };
    },
    confirm: async (link, body) => {
      entryCheck.confirms.push(body);
      const closed = consentProblem(link, body);
      if (closed) return { refused: closed };
      if (entryCheck.codeExpired) return { body: { verified: false, error: "code_expired" } };
      if (body.code !== entryCheck.code) return { body: { verified: false, error: "invalid_code" } };
      if (entryCheck.pending) return { refused: { status: 403, code: "access_pending" } };
      const expires_at = new Date(Date.now() + 86_400_000).toISOString();
      return { body: { verified: true, session_token: "ps_shown_once", expires_at } };
    },
  };
  return entryCheck;
}
