import { createLink } from "../../cluster/owner.js";
import { type Fixture, type Page, visitor } from "./fixture.js";

export interface Escalation {
  id: string;
  session_id: string;
  status: string;
  assigned_to: string | null;
  reason: string | null;
  metadata: Record<string, unknown>;
}

export async function operator(fixture: Fixture, role = "operator") {
  const made = await fixture.tenant.owner.call<{ token: string }>("POST", "/api/tokens", { name: "Desk", role });
  if (made.status !== 201) throw new Error(`no token: ${made.text}`);
  return visitor(fixture, made.body.token);
}

export async function visit(fixture: Fixture) {
  const link = await createLink(fixture.tenant, "echo", { max_sessions: 10, rate_limit_per_minute: 100 });
  const opened = await visitor(fixture).call<{ session_token: string; session_id: string }>(
    "POST",
    `/api/public/sessions/${link.token}`,
    {},
  );
  return { link, ...opened.body, me: visitor(fixture, opened.body.session_token) };
}

/** Escalations of a session as the owner lists them. */
export async function queueOf({ tenant }: Fixture, sessionId: string): Promise<Escalation[]> {
  const path = `/api/escalations?session_id=${sessionId}`;
  return (await tenant.owner.call<Page<Escalation>>("GET", path)).body.data;
}
