import { WEBHOOK_FACTS, type WebhookFact } from "@parley/contracts";

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A function of the database: how receivers of webhooks hear of a fact. */
export function webhookFactSql(): string {
  return `-- Generated from libs/contracts/src/webhook-facts.ts by \`npm run docs:generate\`.
-- How receivers of webhooks hear of a fact: its public name and what is told beside its session or link.
-- o_type null = it is not for receivers.
create or replace function webhook_fact(p_subject text, p_fact jsonb, out o_type text, out o_data jsonb)
language plpgsql immutable as $$
begin
  case p_subject
${WEBHOOK_FACTS.map(whenOf).join("\n")}
    else null;
  end case;
end
$$;
`;
}

function whenOf({ subject, type, members, under }: WebhookFact): string {
  const pairs = Object.entries(members).map(([name, member]) => `${literal(name)}, p_fact -> ${literal(member)}`);
  const told =
    pairs.length === 0
      ? ["      o_data := '{}';"]
      : [
          `      o_data := jsonb_build_object(${under === undefined ? "" : `${literal(under)}, jsonb_build_object(`}`,
          ...pairs.map((pair, at) => `        ${pair}${at < pairs.length - 1 ? "," : ""}`),
          `      )${under === undefined ? "" : ")"};`,
        ];
  return [`    when ${literal(subject)} then`, `      o_type := ${literal(type)};`, ...told].join("\n");
}
