/** Why there is no chat in the panel: a code of the server (`origin_not_allowed`, `link_unavailable` …), or one determined here. */
export type RefusalCode = "no_answer" | "unreachable" | "link_missing" | (string & {});

const ASK_MS = 8_000;

/** Asks the server whether this site may show the link's chat; a refusal is reported to the owner too. Null = no problem there. */
export async function askWhyRefused(backend: string, link: string): Promise<RefusalCode | null> {
  try {
    const options = { signal: AbortSignal.timeout(ASK_MS), credentials: "omit" } as const;
    const answer = await fetch(`${backend}/api/public/embed/${link}`, options);
    const { allowed, code } = (await answer.json()) as Record<string, unknown>;
    return allowed === true ? null : `${code}`;
  } catch {
    // Or the policy of the host page forbids the request; its console says so.
    return "unreachable";
  }
}
