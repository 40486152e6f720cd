import type { Agent } from "../api/answers.js";
import { pathOf } from "../app/route.js";

/** Says beforehand why conversations would not start. */
export function NoActiveVersion({ agent }: { agent: Agent }) {
  if (agent.active_version !== null) return null;
  return (
    <p class="note">
      {agent.name} has no active version. The link can be made, but conversations start only after a version is{" "}
      <a href={pathOf({ page: "agent", agent: agent.slug })}>activated</a>.
    </p>
  );
}
