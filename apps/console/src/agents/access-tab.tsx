import { AgentAccess } from "./agent-access.js";
import { agentPage } from "./agent-frame.js";
import { AgentPeople } from "./agent-people.js";

/** Who may talk to the agent, and the people behind it. */
export const AccessTab = agentPage(({ agent }) => (
  <>
    <AgentAccess agent={agent} />
    <AgentPeople agent={agent} />
  </>
));
