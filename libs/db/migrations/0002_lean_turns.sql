-- What a turn writes only once. Transitions stand in the event log, variables in the conversation and in the trace of
-- the turn that set them: their tables are views under the old names. A turn needs no foreign key: it is written for a
-- conversation that the same statement holds, and no conversation is ever deleted.
alter table session_turns drop constraint session_turns_conversation_id_fkey;

drop table text_conversation_transitions;
create view text_conversation_transitions with (security_invoker = true) as
select
  e.conversation_id,
  e.tenant_id,
  row_number() over (partition by e.conversation_id order by e.event_offset)::integer as sequence,
  (
    -- the event that closes the turn
    select substring(t.payload ->> 'turn_id' from '[.]([0-9]{1,9})$')::integer
    from session_events t
    where t.conversation_id = e.conversation_id
      and t.event_offset > e.event_offset
      and t.type = 'turn'
    order by t.event_offset
    limit 1
  ) as turn_seq,
  e.payload ->> 'from_node' as from_node,
  e.payload ->> 'from_node_name' as from_node_name,
  e.payload ->> 'to_node' as to_node,
  e.payload ->> 'to_node_name' as to_node_name,
  e.payload ->> 'condition' as condition,
  e.created_at
from session_events e
where e.type = 'transition';
grant select on text_conversation_transitions to parley_app, parley_jobs;

drop table text_conversation_variables;
create view text_conversation_variables with (security_invoker = true) as
select distinct on (c.id, v.key)
  c.id as conversation_id,
  v.key as name,
  c.tenant_id,
  c.collected_data -> v.key as value,
  v.value as node_id,
  t.seq as turn_seq,
  t.done_at as updated_at
from text_conversations c
join session_turns t on t.conversation_id = c.id
cross join lateral json_each_text(t.trace -> 'variable_nodes') v
where t.status = 'done'
order by c.id, v.key, t.seq desc;
grant select on text_conversation_variables to parley_app, parley_jobs;
