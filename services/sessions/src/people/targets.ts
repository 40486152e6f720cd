import { AppError, type NotifyBody, newId } from "@parley/contracts";
import type { Secrets } from "@parley/secrets";
import type { CheckAddress } from "../webhooks/check-address.js";
import type { Target } from "./people-repository.js";

export const targetAad = (agentId: string): string => `people:${agentId}`;
export const alertAad = (alertId: string): string => `alert:${alertId}`;
export const pushAad = (tenantId: string, id: string): string => `push:${tenantId}:${id}`;
export const answerAad = (escalationId: string): string => `answer:${escalationId}`;

/** `ada@example.com` → `a••••@example.com`: enough to recognise one's own address. */
export const addressHint = (address: string): string => address.replace(/^(.).*@/u, "$1••••@");

/** Host and the last four characters: the rest of such an address is a credential. */
function urlHint(url: string): string {
  const { origin } = new URL(url);
  return `${origin}/••••${url.slice(-4)}`;
}

interface TargetDeps {
  secrets: Pick<Secrets, "seal" | "open">;
  checkAddress: CheckAddress;
}

/** The addresses of operators in stored form. */
const mailTargets = ({ secrets }: Pick<TargetDeps, "secrets">, aad: string, emails: readonly string[]): Target[] =>
  [...new Set(emails)].map((email) => ({
    id: newId(),
    kind: "mail",
    sealed: secrets.seal(email, aad),
    hint: addressHint(email),
  }));

/** The chat addresses in stored form; one given in its masked form stays unchanged. Throws `validation_failed` at `/notify/chat_urls`. */
function chatTargets(
  { secrets, checkAddress }: TargetDeps,
  aad: string,
  given: { urls: readonly string[]; before: readonly Target[] },
): Target[] {
  return [...new Set(given.urls)].map((url) => {
    const kept = given.before.find(({ kind, hint }) => kind === "chat" && hint === url);
    if (kept) return kept;
    try {
      checkAddress(url);
    } catch (cause) {
      if (!(cause instanceof AppError)) throw cause;
      const [problem] = cause.errors ?? [];
      const { rule = "url", message = "cannot be used" } = problem ?? {};
      throw new AppError("validation_failed", { cause, errors: [{ pointer: "/notify/chat_urls", rule, message }] });
    }
    return { id: newId(), kind: "chat", sealed: secrets.seal(url, aad), hint: urlHint(url) };
  });
}

/**
 * The targets after a change, sealed under `aad`; a list that is not given stays unchanged. Throws `validation_failed` at
 * `/notify/chat_urls`.
 */
export function changedTargets(
  deps: TargetDeps,
  aad: string,
  { before, given = {} }: { before: readonly Target[]; given: NotifyBody | undefined },
): Target[] {
  const of = (kind: Target["kind"]) => before.filter((one) => one.kind === kind);
  return [
    ...(given.emails === undefined ? of("mail") : mailTargets(deps, aad, given.emails)),
    ...(given.chat_urls === undefined ? of("chat") : chatTargets(deps, aad, { urls: given.chat_urls, before })),
  ];
}

/** Mail addresses are shown in full to those who set them; chat addresses never. */
export const shownTargets = (
  secrets: Pick<Secrets, "open">,
  aad: string,
  targets: readonly Target[],
): { emails: string[]; chat_urls: string[] } => ({
  emails: targets.flatMap(({ kind, sealed }) => (kind === "mail" ? [secrets.open(sealed, aad)] : [])).sort(),
  chat_urls: targets.flatMap(({ kind, hint }) => (kind === "chat" ? [hint] : [])),
});
