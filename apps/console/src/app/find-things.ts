import type { QueryClient } from "@tanstack/react-query";
import type { useNavigate } from "@tanstack/react-router";
import { agentsQuery } from "../agents/agent-queries.js";
import type { Agent, PublicLink } from "../api/answers.js";
import type { Api } from "../api/api.js";
import { linkCalls } from "../api/link-calls.js";
import { answered } from "../api/query.js";
import { sessionListCalls } from "../api/session-list-calls.js";
import type { Found } from "../keys/palette-list.js";

interface Around {
  api: Api;
  client: QueryClient;
  navigate: ReturnType<typeof useNavigate>;
}

const SESSIONS = 5;
const LINKS = 6;
/** Agents whose links are searched; each is fetched once in a while. */
const AGENTS = 20;
const FRESH_MS = 60_000;

/** Agents, links and sessions that match the words. What a role may not read is not found. */
export async function findThings(text: string, around: Around): Promise<readonly Found[]> {
  const has = hasWords(text);
  const agents = (await around.client.ensureQueryData(agentsQuery(around.api)).catch(() => null))?.data ?? [];
  const [links, sessions] = await Promise.all([linksWith(has, agents, around), sessionsWith(text, around)]);
  const found = agents.filter(({ name, slug }) => has(`${name} ${slug}`));
  return [...found.map((agent) => agentFound(agent, around)), ...links, ...sessions];
}

function hasWords(text: string): (text: string) => boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return (inText) => words.every((word) => inText.toLowerCase().includes(word));
}

const agentFound = ({ id, slug, name }: Agent, { navigate }: Around): Found => ({
  ...{ id: `agent ${id}`, kind: "Agent", label: name, hint: slug },
  run: () => void navigate({ to: "/agents/$agent", params: { agent: slug } }),
});

async function linksWith(has: (text: string) => boolean, agents: readonly Agent[], around: Around): Promise<Found[]> {
  const { api, client, navigate } = around;
  const calls = linkCalls(api.call);
  const of = async (agent: Agent): Promise<Found[]> => {
    const { data } = await client.fetchQuery({
      queryKey: ["links", agent.id, "newest"],
      queryFn: answered(() => calls.links(agent.id)),
      staleTime: FRESH_MS,
    });
    const textOf = ({ title, recipient, token_hint: hint }: PublicLink): string =>
      [title, recipient?.name, recipient?.email, hint].join(" ");
    return data
      .filter((link) => has(textOf(link)))
      .map((link) => ({
        ...{ id: `link ${link.id}`, kind: "Link", label: link.title, hint: link.recipient?.name ?? agent.name },
        run: () => void navigate({ to: "/links/$agent/$id", params: { agent: agent.slug, id: link.id } }),
      }));
  };
  const all = await Promise.all(agents.slice(0, AGENTS).map((agent) => of(agent).catch(() => [])));
  return all.flat().slice(0, LINKS);
}

async function sessionsWith(text: string, { api, navigate }: Around): Promise<Found[]> {
  const answer = await sessionListCalls(api.call).list({ text }, SESSIONS);
  if (answer.type !== "ok") return [];
  return answer.value.data.map(({ session_id: id, title, person, agent_name: agent }) => ({
    ...{ id: `session ${id}`, kind: "Session", label: title ?? `Session …${id.slice(-6)}` },
    hint: person ?? agent ?? "",
    run: () => void navigate({ to: "/sessions/$id", params: { id } }),
  }));
}
