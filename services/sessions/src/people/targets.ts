import { AppError, newId } from "@parley/contracts";
import type { Secrets } from "@parley/secrets";
import type { CheckAddress } from "../webhooks/check-address.js";
import type { Target } from "./people-repository.js";

export const targetAad = (agentId: string): string => `people:${agentId}`;
export const answerAad = (escalationId: string): string => `answer:${escalationId}`;

/** `ada@example.com` → `a••••@example.com`: enough to recognise one's own. */
export const addressHint = (address: string): string => address.replace(/^(.).*@/u, "$1••••@");

/** Host and the last four characters: the rest of such an address is a password. */
export function urlHint(url: string): string {
  const { origin } = new URL(url);
  return `${origin}/••••${url.slice(-4)}`;
}

interface TargetDeps {
  secrets: Pick<Secrets, "seal" | "open">;
  checkAddress: CheckAddress;
}

/** The addresses of operators as they are stored. */
export const mailTargets = (
  { secrets }: Pick<TargetDeps, "secrets">,
  agentId: string,
  emails: readonly string[],
): Target[] =>
  [...new Set(emails)].map((email) => ({
    id: newId(),
    kind: "mail",
    sealed: secrets.seal(email, targetAad(agentId)),
    hint: addressHint(email),
  }));

/** The chat addresses as they are stored; one that is given as it is shown stays. Throws `validation_failed` at `/notify/chat_urls`. */
export function chatTargets(
  { secrets, checkAddress }: TargetDeps,
  agentId: string,
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
    return { id: newId(), kind: "chat", sealed: secrets.seal(url, targetAad(agentId)), hint: urlHint(url) };
  });
}
