/** The slug a new agent would get from its document: the first `name` in its `agent` part. */
export function suggestedSlug(document: string): string {
  return slugOf(nameIn(document));
}

function nameIn(document: string): string {
  try {
    const parsed: unknown = JSON.parse(document);
    if (typeof parsed !== "object" || parsed === null || !("agent" in parsed)) return "";
    const { agent } = parsed;
    if (typeof agent !== "object" || agent === null || !("name" in agent)) return "";
    return typeof agent.name === "string" ? agent.name : "";
  } catch {
    // Not JSON, so YAML or an incomplete document: this is only a suggestion and not worth a parser.
    return /^agent:[\s\S]*?\n\s+name:\s*["']?([^"'\n#]+)/m.exec(document)?.[1]?.trim() ?? "";
  }
}

export const slugOf = (name: string): string =>
  name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 64)
    .replaceAll(/^-+|-+$/g, "");
