import { z } from "zod";
import type { CallTwin } from "./call-twin.js";

const found = z.object({ data: z.array(z.object({ slug: z.string() })) });
/** Only the newest agents are considered; the list has no search. */
const LOOKED_AT = 200;
/** Maximum values per answer that the protocol allows. */
const MOST = 100;

/** Agents whose slug begins with what a person has typed so far, for clients that complete arguments. A read; none for a refused caller. */
export async function completeAgent(call: CallTwin, typed: string): Promise<string[]> {
  const { status, body } = await call({ method: "GET", path: "/api/agents", query: { limit: LOOKED_AT } });
  if (status !== 200) return [];
  const begun = typed.toLowerCase();
  const slugs = found.parse(body).data.map(({ slug }) => slug);
  return slugs.filter((slug) => slug.startsWith(begun)).slice(0, MOST);
}
