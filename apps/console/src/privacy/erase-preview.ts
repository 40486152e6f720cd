import { allPages } from "../api/all-pages.js";
import type { Api } from "../api/api.js";
import { answered, Refused } from "../api/query.js";
import { memoryCalls } from "../api/trust-calls.js";

export interface Preview {
  email: string;
  sessions: number;
  /** There are more sessions than were counted. */
  more: boolean;
  running: number;
  /** Names of agents that remember the person. */
  remembering: string[];
}

/** The known data of an address before it is erased. The erasure itself searches every store. */
export async function previewOf(api: Api, email: string): Promise<Preview> {
  const [sessions, agents] = await Promise.all([
    answered(() => allPages((cursor) => api.sessions({ person: email }, { limit: 200, cursor })))(),
    answered(() => allPages((cursor) => api.agents(cursor)))(),
  ]);
  const memories = await Promise.all(
    agents.data.map(async ({ slug, name }) => {
      const memory = await memoryCalls(api.call).memory(slug, email);
      if (memory.type === "ok") return name;
      if (memory.status === 404) return null;
      throw new Refused(memory);
    }),
  );
  return {
    email,
    sessions: sessions.data.length,
    more: sessions.more,
    running: sessions.data.filter(({ status }) => status === "active").length,
    remembering: memories.filter((name) => name !== null),
  };
}
