import type { Escalation, Session } from "../api/answers.js";
import { Fact, Facts, ValueFacts } from "../sessions/facts.js";
import { Time } from "../ui/time.js";

/** The waiting visitor and their known data, beside the conversation. */
export function VisitorFacts({ escalation, session }: { escalation: Escalation; session: Session }) {
  const { name, email, identifier } = escalation.participant;
  return (
    <Facts label="About the visitor">
      {name && <Fact label="Name">{name}</Fact>}
      {email && <Fact label="E-mail">{email}</Fact>}
      {identifier && <Fact label="Identifier">{identifier}</Fact>}
      {session.participant_verified !== undefined && (name || email || identifier) && (
        <Fact label="Identity">{session.participant_verified ? "Confirmed" : "As they said, not confirmed"}</Fact>
      )}
      <Fact label="Place in the workflow">{session.node_name ?? session.node_id}</Fact>
      <Fact label="Messages">{session.message_count.toLocaleString("en")}</Fact>
      <Fact label="Started">
        <Time at={session.created_at} />
      </Fact>
      <Fact label="Asked for a person">
        <Time at={escalation.created_at} />
        {escalation.requests > 1 && `, ${escalation.requests} times`}
      </Fact>
      <ValueFacts values={session.collected_data} />
    </Facts>
  );
}
