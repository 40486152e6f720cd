import { allPages } from "../api/all-pages.js";
import {
  type Agent,
  LINK_STATUSES,
  type LinkStatus,
  SESSION_STATUSES,
  type Session,
  type SessionStatus,
} from "../api/answers.js";
import type { Api } from "../api/api.js";
import type { Answer } from "../api/call.js";

/** How many, and whether there are more than were counted. */
interface Count {
  number: number;
  more: boolean;
}

export interface Overview {
  agents: Agent[];
  moreAgents: boolean;
  links: Record<LinkStatus, number>;
  moreLinks: boolean;
  sessions: Record<SessionStatus, Count>;
  latest: Session[];
  /** Running sessions whose visitors wait for a person. */
  waiting: Session[];
}

const COUNTED_SESSIONS = 200;
const LATEST = 5;

/** Counts from the lists: there is no call that counts. The first refused call is the answer. */
export async function loadOverview(api: Api): Promise<Answer<Overview>> {
  const [agents, latest, ...sessions] = await Promise.all([
    allPages((cursor) => api.agents(cursor)),
    api.sessions({}, { limit: LATEST }),
    ...SESSION_STATUSES.map((status) => api.sessions({ status }, { limit: COUNTED_SESSIONS })),
  ]);
  if (agents.type !== "ok") return agents;
  if (latest.type !== "ok") return latest;
  const counted: Record<SessionStatus, Count> = {
    active: { number: 0, more: false },
    completed: { number: 0, more: false },
    abandoned: { number: 0, more: false },
    error: { number: 0, more: false },
  };
  for (const [index, status] of SESSION_STATUSES.entries()) {
    const answer = sessions[index];
    if (answer === undefined) continue;
    if (answer.type !== "ok") return answer;
    counted[status] = { number: answer.value.data.length, more: answer.value.next_cursor !== null };
  }
  const active = sessions[SESSION_STATUSES.indexOf("active")];
  const links = await countLinks(api, agents.value.data);
  if (links.type !== "ok") return links;
  return {
    type: "ok",
    value: {
      agents: agents.value.data,
      moreAgents: agents.value.more,
      links: links.value.byStatus,
      moreLinks: links.value.more,
      sessions: counted,
      latest: latest.value.data,
      waiting: active?.type === "ok" ? active.value.data.filter((session) => Boolean(session.waiting_since)) : [],
    },
  };
}

/** One agent after the other: an installation with many agents must not send a burst of calls. */
async function countLinks(
  api: Api,
  agents: Agent[],
): Promise<Answer<{ byStatus: Record<LinkStatus, number>; more: boolean }>> {
  const byStatus: Record<LinkStatus, number> = { active: 0, inactive: 0, expired: 0, full: 0 };
  let more = agents.length > MAX_AGENTS;
  for (const agent of agents.slice(0, MAX_AGENTS)) {
    const answer = await allPages((cursor) => api.links(agent.id, cursor));
    // An agent that was deleted a moment ago has no links to count.
    if (answer.type !== "ok" && answer.status === 404) continue;
    if (answer.type !== "ok") return answer;
    more ||= answer.value.more;
    for (const status of LINK_STATUSES)
      byStatus[status] += answer.value.data.filter((link) => link.status === status).length;
  }
  return { type: "ok", value: { byStatus, more } };
}
const MAX_AGENTS = 50;
