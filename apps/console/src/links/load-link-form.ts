import { allPages } from "../api/all-pages.js";
import type { AccessPolicy, Agent, Template, Version } from "../api/answers.js";
import type { Answer } from "../api/call.js";
import type { LinkApi } from "../api/use-link-api.js";

/** Data that the form of a link needs. */
export interface LinkSurroundings {
  agent: Agent;
  versions: Version[];
  templates: Template[];
  /** null = this role may not read it. */
  policy: AccessPolicy | null;
}

/** Templates and the access policy are optional: without them the form still works. */
export async function loadSurroundings(api: LinkApi, name: string): Promise<Answer<LinkSurroundings>> {
  const [agent, versions, templates, policy] = await Promise.all([
    api.agent(name),
    allPages((cursor) => api.versions(name, cursor)),
    allPages((cursor) => api.templates(cursor)),
    api.accessPolicy(name),
  ]);
  if (agent.type !== "ok") return agent;
  if (versions.type !== "ok") return versions;
  return {
    type: "ok",
    value: {
      agent: agent.value,
      versions: versions.value.data,
      templates: templates.type === "ok" ? templates.value.data : [],
      policy: policy.type === "ok" ? policy.value : null,
    },
  };
}
