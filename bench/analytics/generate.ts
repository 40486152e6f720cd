import { randomUUID } from "node:crypto";
import type { PostgresClient } from "@parley/local-servers";

/** A company whose agents have been in use for a while. */
export interface Company {
  tenantId: string;
  /** Days before today on which there were sessions. */
  days: number;
  /** The link that most visitors came by. */
  busiestLink: string;
}

export interface CompanySize {
  sessions: number;
  days: number;
  agents: number;
  links: number;
}

/** Tables that get rows here. */
export const FILLED =
  "text_conversations, session_turns, session_feedback, message_ratings, session_analyses, escalations, analytics_due, analytics_deltas";

type Owner = Pick<PostgresClient, "query">;

/** A tenant with its agents and links: a third of the links stands on the company's own pages. */
export async function foundCompany(owner: Owner, size: Omit<CompanySize, "sessions">): Promise<Company> {
  const tenantId = randomUUID();
  await owner.query("insert into tenants (id, name) values ($1, 'bench')", [tenantId]);
  await owner.query(
    `create temp table company_agents as select n, gen_random_uuid() as id from generate_series(0, $1::int - 1) n`,
    [size.agents],
  );
  await owner.query(
    `create temp table company_links as
     select n, gen_random_uuid() as id, (select a.id from company_agents a where a.n = l.n % $2::int) as agent_id
     from generate_series(0, $1::int - 1) l(n)`,
    [size.links, size.agents],
  );
  await owner.query("alter table company_links add primary key (n)");
  await owner.query(
    `insert into agents (id, tenant_id, name, slug) select id, $1, 'Agent ' || n, 'agent-' || n from company_agents`,
    [tenantId],
  );
  await owner.query(
    `insert into temporary_chat_links (id, tenant_id, agent_id, token_id, token_hash, token_hint, title, created_by,
       max_sessions, allowed_domains)
     select id, $1, agent_id, id, '\\x00', 'x', 'Link ' || n, 'bench', 1000000,
       case when n % 3 = 0 then '{shop.example.com}'::text[] else '{}' end
     from company_links`,
    [tenantId],
  );
  const { rows } = await owner.query<{ id: string }>("select id from company_links where n = 0");
  return { tenantId, days: size.days, busiestLink: rows[0]?.id ?? "" };
}

/** So many sessions over all days: more as time continues, fewer at weekends. Each day is one transaction. */
export async function fillDays(owner: Owner, company: Company, sessions: number): Promise<void> {
  const weights = Array.from({ length: company.days }, (_, ago) => {
    const weekday = new Date(Date.now() - (ago + 1) * 86_400_000).getUTCDay();
    return (2 - ago / company.days) * (weekday % 6 === 0 ? 0.4 : 1);
  });
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  let [made, upTo] = [0, 0];
  for (const [index, weight] of weights.toReversed().entries()) {
    upTo += (weight / all) * sessions;
    const count = Math.round(upTo) - made;
    made += count;
    await fillDay(owner, company, { daysAgo: company.days - index, count });
  }
}

/** Sessions of one day with all that the rollups read of them, as the product leaves them behind; all have ended. */
export async function fillDay(
  owner: Owner,
  { tenantId, days }: Company,
  { daysAgo, count }: { daysAgo: number; count: number },
): Promise<void> {
  await owner.query("begin");
  await owner.query(SESSIONS, [count, daysAgo, days]);
  for (const statement of OF_SESSIONS) await owner.query(statement, [tenantId]);
  await owner.query(VISITS, [tenantId]);
  await owner.query("commit");
}

/**
 * Few links and agents have most visitors; a tenth comes by the signed API; one in ten says nothing; an agent gets a version every six
 * weeks. Answers take one to three seconds, rarely ten.
 */
const SESSIONS = `
  create temp table made on commit drop as
  select gen_random_uuid() as id, coalesce(l.agent_id, a.id) as agent_id, l.id as link_id,
    1 + (($3::int - $2::int) / 42) as version, r.created_at, r.created_at + make_interval(secs => 30 + 40 * r.turns)
      as ended_at, r.turns, r.pace, r.fate, r.mood,
    case when r.turns = 0 then 0 else least(6, floor(r.turns * r.pace))::int end as last_node
  from (
    select floor(power(random(), 3) * (select count(*) from company_links))::int as link,
      floor(power(random(), 2) * (select count(*) from company_agents))::int as agent, random() < 0.1 as by_api,
      date_trunc('day', now(), 'UTC') - make_interval(days => $2::int)
        + interval '1 day' * (random() + random() + random()) / 3 as created_at,
      case when random() < 0.1 then 0 else least(8, 1 + floor(-ln(1 - random()) * 2.2)::int) end as turns,
      0.5 + random() / 2 as pace, random() as fate, random() as mood
    from generate_series(1, $1::int)
  ) r
  left join company_links l on l.n = r.link and not r.by_api
  left join company_agents a on a.n = r.agent and r.by_api
  order by r.created_at`;

const NODES = "(array['greeting', 'collect', 'search', 'answer', 'offer', 'confirm', 'farewell'])";

const OF_SESSIONS = [
  `insert into text_conversations (id, session_id, tenant_id, agent_id, agent_version, is_active_version, link_id, status,
     end_reason, node_id, total_turns, event_offset, participant_verified, messages_used, next_seq, done_seq,
     created_at, updated_at, ended_at, idle_check_at)
   select id, 'text_' || id, $1, agent_id, version, true, link_id,
     case when fate < 0.6 then 'completed' when fate < 0.99 then 'abandoned' else 'error' end,
     case when fate < 0.6 then 'workflow_ended' when fate < 0.99 then 'idle_timeout' else 'internal_error' end,
     ${NODES}[1 + last_node], turns, 3 * turns, mood < 0.2, turns, 1 + turns, 1 + turns, created_at, ended_at, ended_at,
     ended_at
   from made`,
  // The opening, then a message a turn: one node further or not, one call of a model, one in a hundred fails.
  `insert into session_turns (conversation_id, seq, tenant_id, kind, status, error_code, content, result, trace,
     created_at, done_at)
   select id, 1 + n, $1, case when n = 0 then 'open' else 'message' end, case when failed then 'failed' else 'done' end,
     case when failed then 'model_timeout' end, 'Where is my order?',
     case when not failed then json_build_object('node_id', here, 'previous_node_id', before, 'transitions',
       case when here <> before then json_build_array(json_build_object('from_node', before, 'to_node', here))
         else '[]' end,
       'messages', json_build_array(json_build_object('content', 'It is on its way.')),
       'usage', json_build_object('input_tokens', 400 + 90 * n, 'output_tokens', 60, 'cost', 0.0004)) end,
     case when n > 0 then json_build_object('calls', json_build_array(json_build_object('type', 'llm.reply', 'model',
       case when mood < 0.7 then 'small-model' else 'large-model' end, 'latency_ms', ms, 'first_token_ms', ms * 0.4,
       'usage', case when not failed then json_build_object('input_tokens', 400 + 90 * n, 'output_tokens', 60, 'cost',
         0.0004) end))) end,
     created_at + make_interval(secs => 40 * n), created_at + make_interval(secs => 40 * n + ms / 1000.0)
   from (
     select m.*, n, n > 0 and random() < 0.01 as failed, (700 + 600 * -ln(1 - random()))::int as ms,
       ${NODES}[1 + least(6, floor(n * pace))::int] as here,
       ${NODES}[1 + least(6, floor(greatest(n - 1, 0) * pace))::int] as before
     from made m
     cross join lateral generate_series(0, m.turns) n
   ) t`,
  `insert into session_feedback (conversation_id, tenant_id, rating, created_at, updated_at)
   select id, $1, 1 + floor(sqrt(random()) * 5)::int, ended_at, ended_at from made where turns > 0 and mood > 0.9`,
  `insert into message_ratings (conversation_id, message_id, tenant_id, rating, created_at, updated_at)
   select id, gen_random_uuid(), $1, case when fate < 0.6 then 'up' else 'down' end, ended_at, ended_at
   from made where turns > 1 and mood between 0.4 and 0.45`,
  `insert into session_analyses (conversation_id, tenant_id, status, answers, model, input_tokens, output_tokens, cost,
     created_at, ended_at)
   select id, $1, 'done', jsonb_build_object('sentiment', (array['positive', 'neutral', 'negative'])[1 +
     floor(random() * 3)::int]), 'small-model', 700, 40, 0.0005, ended_at, ended_at
   from made where turns > 0 and mood < 0.2`,
  `insert into escalations (id, tenant_id, conversation_id, status, source, outcome, assigned_to, created_at, assigned_at,
     resolved_at)
   select gen_random_uuid(), $1, id, 'resolved', case when mood < 0.5 then 'visitor' else 'workflow' end,
     case when taken then 'resolved' else 'session_ended' end, case when taken then 'ada' end, created_at,
     case when taken then created_at + interval '20 minutes' * -ln(1 - random()) end, ended_at
   from (select m.*, random() < 0.8 as taken from made m where turns > 1 and fate > 0.57 and fate < 0.6) e`,
  `insert into analytics_due (tenant_id, conversation_id) select $1, id from made order by ended_at`,
];

/** What gateways counted of the links' visitors meanwhile. */
const VISITS = `
  select note_visits($1, coalesce(jsonb_agg(jsonb_build_object('link_id', link_id, 'country', country, 'opened', 1,
    'sessions', 1, 'at', created_at)), '[]'))
  from (select link_id, created_at, (array['DE', 'FR', 'US', 'GB', 'NL', 'ES', 'IT', 'PL'])[1 +
    floor(power(random(), 2) * 8)::int] as country from made where link_id is not null) v`;
