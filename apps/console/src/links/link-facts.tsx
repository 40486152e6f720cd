import type { Agent, PublicLink } from "../api/answers.js";
import { Fact, Facts } from "../ui/block.js";
import { Link } from "../ui/link.js";
import { RecordStatus } from "../ui/record-status.js";
import { Time } from "../ui/time.js";

const number = (value: number): string => value.toLocaleString("en");

/** The state of a link, at a glance. */
export function LinkFacts({ link, agent }: { link: PublicLink; agent: Agent }) {
  const { budget, usage } = link;
  const requirements = requirementsOf(link);
  const recipient = link.recipient?.name ?? link.recipient?.email;
  return (
    <Facts>
      <Fact name="Status">
        <RecordStatus status={link.status} />
      </Fact>
      <Fact name="Conversations" note={`${number(usage.sessions_active)} live`}>
        {number(usage.sessions_used)} of {number(link.max_sessions)}
      </Fact>
      <Fact name="Messages">{number(usage.messages)}</Fact>
      <Fact name="Last used">{usage.last_used_at === null ? "Never" : <Time at={usage.last_used_at} />}</Fact>
      <Fact name={link.status === "expired" ? "Expired" : "Expires"}>
        {link.expires_at === null ? "Never" : <Time at={link.expires_at} />}
      </Fact>
      <Fact name="Agent" note={link.agent_version === "active" ? "active version" : `version ${link.agent_version}`}>
        <Link to="/agents/$agent" params={{ agent: agent.slug }}>
          {agent.name}
        </Link>
      </Fact>
      {recipient && <Fact name="For">{recipient}</Fact>}
      <Fact name="Visitors need">{requirements.length === 0 ? "Nothing" : requirements.join(", ")}</Fact>
      {typeof budget?.max_cost === "number" && (
        <Fact name="Spent">
          ${(usage.cost_used ?? 0).toFixed(2)} of ${number(budget.max_cost)}
        </Fact>
      )}
      {typeof budget?.max_tokens === "number" && (
        <Fact name="Tokens">
          {number(usage.tokens_used ?? 0)} of {number(budget.max_tokens)}
        </Fact>
      )}
    </Facts>
  );
}

function requirementsOf(link: PublicLink): string[] {
  return [
    link.pin_required && "PIN",
    link.consent_text !== null && "consent",
    link.require_email && "e-mail address",
    link.allowed_ips.length > 0 && "network",
    link.allowed_countries.length + link.blocked_countries.length > 0 && "country",
  ].filter((part) => typeof part === "string");
}
