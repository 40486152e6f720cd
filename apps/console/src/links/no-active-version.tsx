import type { Agent } from "../api/answers.js";
import { Notice } from "../ui/block.js";
import { Link } from "../ui/link.js";

/** Warns in advance that conversations would not start. */
export function NoActiveVersion({ agent }: { agent: Agent }) {
  if (agent.active_version !== null) return null;
  return (
    <Notice>
      {agent.name} has no active version. The link can be made, but conversations start only after a version is{" "}
      <Link to="/agents/$agent" params={{ agent: agent.slug }}>
        activated
      </Link>
      .
    </Notice>
  );
}
