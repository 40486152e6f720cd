import { isAgentId } from "./repository/agents.js";

/** Maximum slug length that the contract allows. */
const MAX_LENGTH = 64;

/** `Clinic Desk` → `clinic-desk`. Text without any Latin letter or digit becomes `agent`. */
export function slugOf(name: string): string {
  const slug = name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, MAX_LENGTH)
    .replaceAll(/^-+|-+$/g, "");
  if (isAgentId(slug)) return `agent-${slug}`;
  return slug || "agent";
}

/** The n-th choice for a name whose slug is taken: `support`, `support-2`, `support-3`, … */
export const slugChoice = (slug: string, n: number): string =>
  n === 1 ? slug : `${slug.slice(0, MAX_LENGTH - 5)}-${n}`;
