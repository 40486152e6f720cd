import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Agent } from "../api/answers.js";
import type { Answer } from "../api/call.js";
import { answered } from "../api/query.js";
import type { WorkbenchApi } from "../api/use-workbench.js";
import { useWorkbench } from "../api/use-workbench.js";
import { Draft } from "./draft.js";

const keyOf = (agent: string): string[] => ["draft", agent];

/** The start of a new agent: the smallest document that says something. */
const begunOf = (name: string): string => `agent:
  name: ${JSON.stringify(name)}
workflow:
  initial_node: talk
  global_prompt: You are a friendly assistant.
  nodes:
    - id: talk
      name: Talk
      proactive: true
      system_prompt: Greet the visitor and answer their questions.
`;

/** The live version as text to edit. */
export async function liveTextOf(api: WorkbenchApi, agent: Agent): Promise<Answer<string>> {
  if (agent.active_version === null) return { type: "ok", value: begunOf(agent.name) };
  return versionTextOf(api, agent.id, agent.active_version);
}

/** The base of a draft, as text. */
export const baseTextOf = (api: WorkbenchApi, agent: Agent, base: number | null): Promise<Answer<string>> =>
  liveTextOf(api, { ...agent, active_version: base });

export async function versionTextOf(api: WorkbenchApi, agent: string, version: number): Promise<Answer<string>> {
  const answer = await api.version(agent, version);
  if (answer.type !== "ok") return answer;
  const { document, text } = answer.value;
  if (text !== null) return { type: "ok", value: text };
  const { writeYaml } = await import("@parley/workflow-document");
  return { type: "ok", value: writeYaml(document) };
}

async function beginDraft(api: WorkbenchApi, agent: Agent): Promise<Answer<Draft>> {
  const [own, liveText] = await Promise.all([api.draft(agent.id), liveTextOf(api, agent)]);
  if (liveText.type !== "ok") return liveText;
  if (own.type !== "ok" && own.code !== "draft_not_found") return own;
  const draft = own.type === "ok" ? own.value : null;
  return {
    type: "ok",
    value: new Draft(api, agent.id, { draft, liveText: liveText.value, live: agent.active_version }),
  };
}

/**
 * The draft of the signed-in user. It is cached like server data: the tabs of an agent share it, and signing out deletes it. Text being
 * edited is never replaced by a newer answer.
 */
export function useDraft(agent: Agent) {
  const api = useWorkbench();
  const queryClient = useQueryClient();
  return useQuery({
    queryKey: keyOf(agent.id),
    queryFn: async () => draftHere(queryClient, agent.id) ?? answered(() => beginDraft(api, agent))(),
    staleTime: Number.POSITIVE_INFINITY,
    // Unsaved text is kept here until the user returns to it.
    gcTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
}

/** The user's own draft, as the tabs of its agent have it; created when they have not been open. */
export async function draftFor(queryClient: QueryClient, api: WorkbenchApi, agent: Agent): Promise<Answer<Draft>> {
  const here = draftHere(queryClient, agent.id);
  if (here !== undefined) return { type: "ok", value: here };
  const begun = await beginDraft(api, agent);
  if (begun.type === "ok") queryClient.setQueryData(keyOf(agent.id), begun.value);
  return begun;
}

const draftHere = (queryClient: QueryClient, agent: string): Draft | undefined =>
  queryClient.getQueryData<Draft>(keyOf(agent));
