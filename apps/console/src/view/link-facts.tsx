import type { ComponentChildren } from "preact";
import type { Agent, Link } from "../net/models.js";
import { record, texts } from "../net/reading.js";
import { pathOf } from "../routing/route.js";
import { StatusChip } from "./status-chip.js";
import { Time } from "./time.js";

const number = (value: number): string => value.toLocaleString("en");

/** Where a link stands, at a glance. */
export function LinkFacts({ link, agent }: { link: Link; agent: Agent }) {
  const budget = record(link.settings.budget);
  const door = doorOf(link);
  return (
    <dl class="facts">
      <Fact name="Status">
        <StatusChip status={link.status} />
      </Fact>
      <Fact name="Conversations" note={`${number(link.sessionsActive)} live`}>
        {number(link.sessionsUsed)} of {number(link.maxSessions)}
      </Fact>
      <Fact name="Messages">{number(link.messages)}</Fact>
      <Fact name="Last used">{link.lastUsedAt === null ? "Never" : <Time value={link.lastUsedAt} />}</Fact>
      <Fact name={link.status === "expired" ? "Expired" : "Expires"}>
        {link.expiresAt === null ? "Never" : <Time value={link.expiresAt} />}
      </Fact>
      <Fact name="Agent" note={link.agentVersion === null ? "active version" : `version ${link.agentVersion}`}>
        <a href={pathOf({ page: "agent", agent: agent.slug })}>{agent.name}</a>
      </Fact>
      {link.recipient !== null && <Fact name="For">{link.recipient}</Fact>}
      <Fact name="The door asks for">{door.length === 0 ? "Nothing" : door.join(", ")}</Fact>
      {typeof budget.max_cost === "number" && (
        <Fact name="Spent">
          ${(link.costUsed ?? 0).toFixed(2)} of ${number(budget.max_cost)}
        </Fact>
      )}
      {typeof budget.max_tokens === "number" && (
        <Fact name="Tokens">
          {number(link.tokensUsed ?? 0)} of {number(budget.max_tokens)}
        </Fact>
      )}
    </dl>
  );
}

function doorOf({ settings }: Link): string[] {
  const networks = texts(settings.allowed_ips).length > 0;
  const countries = [...texts(settings.allowed_countries), ...texts(settings.blocked_countries)].length > 0;
  return [
    settings.pin_required === true && "PIN",
    settings.consent_text !== null && settings.consent_text !== undefined && "consent",
    settings.require_email === true && "e-mail address",
    networks && "network",
    countries && "country",
  ].filter((part) => typeof part === "string");
}

function Fact({ name, note, children }: { name: string; note?: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {children}
        {note && <span class="fact-note">{note}</span>}
      </dd>
    </div>
  );
}
