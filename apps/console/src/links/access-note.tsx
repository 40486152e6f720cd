import type { AccessPolicy, Agent } from "../api/answers.js";
import { Notice } from "../ui/block.js";
import { Link } from "../ui/link.js";

export const MODE_WORDS: Record<AccessPolicy["mode"], { label: string; meaning: string }> = {
  open: { label: "Anyone a link admits", meaning: "anybody who meets the terms of the link may talk" },
  any_verified: { label: "Confirmed addresses", meaning: "visitors confirm an e-mail address on every link" },
  approval: { label: "Approved addresses", meaning: "only addresses you listed or approved may talk" },
};

/** What the agent requires on all of its links, shown where the terms of one link are set. */
export function AccessNote({ agent, policy }: { agent: Agent; policy: AccessPolicy | null }) {
  return (
    <Notice data-wide>
      {policy === null
        ? "The agent may require more on all of its links. "
        : `For all links of ${agent.name}: ${MODE_WORDS[policy.mode].meaning}. `}
      {policy?.links_enabled === false && <strong>Its links are switched off. </strong>}
      <Link to="/agents/$agent" params={{ agent: agent.slug }}>
        Access to {agent.name}
      </Link>
    </Notice>
  );
}
