import type { Refusal } from "../net/api.js";
import type { LinkInfo } from "../net/link-info.js";
import { linkFingerprint } from "../net/token.js";
import type { EntryProgress } from "./entry-memory.js";

/** `enter`: the visitor has nothing left to do; the page is opening the conversation. */
export type EntryStep = "pin" | "consent" | "declined" | "email" | "code" | "pending" | "enter";

/** Why the last try failed. `until`: browser time (ms) before which no other is allowed. */
export type StepProblem =
  | { type: "missing" | "wrong" | "expired" | "unreachable" | "unproven" | "undecided" }
  | { type: "held"; until: number };

const UNTOLD_WAIT_MS = 60_000;

/** The first step that is still missing: PIN, consent, e-mail, code. `pinGiven`: the PIN is known or not needed. */
export function nextStep(link: LinkInfo, progress: EntryProgress, pinGiven: boolean): EntryStep {
  const codeWorks = progress.email !== null && (progress.codeUntilMs ?? 0) > Date.now();
  // A code was sent only because the steps before it were done.
  if (link.requireEmail && codeWorks) return "code";
  if (link.pinRequired && !pinGiven) return "pin";
  if (link.consentText !== null && progress.agreedTo !== agreementOf(link)) return "consent";
  return link.requireEmail ? "email" : "enter";
}

/** The steps of a link that need the visitor to do something. */
export function stepsOf(link: LinkInfo): EntryStep[] {
  return [
    ...(link.pinRequired ? (["pin"] as const) : []),
    ...(link.consentText === null ? [] : (["consent"] as const)),
    ...(link.requireEmail ? (["email", "code"] as const) : []),
  ];
}

/** Fingerprint of the text that is agreed to. */
export function agreementOf(link: LinkInfo): string {
  return linkFingerprint(link.consentText ?? "");
}

/** Browser time (ms) at which the server allows another try. */
export function waitOf(answer: Refusal): number {
  const seconds = answer.type === "refused" ? answer.retryAfterSeconds : null;
  return Date.now() + (seconds === null ? UNTOLD_WAIT_MS : seconds * 1000);
}

/** Not the visitor's fault, and over in a while. */
export function isPassing(answer: Refusal): boolean {
  return answer.type === "unreachable" || answer.status >= 500 || answer.status === 408 || answer.status === 409;
}

/** Only what is certainly no address is rejected here; the server and the mail decide the rest. */
export function isAddress(value: string): boolean {
  return value.length <= 254 && /^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(value);
}

const DIGITS = /\p{Nd}/gu;

/** The digits of a typed or pasted code in any script, as the server reads them; at most six. */
export function codeDigits(typed: string): string {
  const found = typed.match(DIGITS) ?? [];
  return found.slice(0, 6).map(latinDigit).join("");
}

/** Scripts encode their ten digits consecutively; the character before the zero is no digit. */
function latinDigit(digit: string): string {
  const point = digit.codePointAt(0) ?? 0;
  let zero = point;
  while (point - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String(point - zero);
}
