-- Creates the turns of elapsed timeouts, each once: whoever holds the row creates the turn and clears the due time.
-- None while a message waits or a human has the session, or when it is over. Uses no message of the quota and counts as
-- no activity. Returns {looked, fired: [{tenant_id, session_id, conversation_id, seq}]}.
create or replace function fire_timers(p_limit integer) returns table (looked integer, fired json)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  c text_conversations;
  v_now timestamptz := clock_timestamp();
  v_fired jsonb := '[]';
begin
  looked := 0;
  for c in
    select *
    from text_conversations
    where timer_due_at <= v_now and ended_at is null
    order by timer_due_at
    limit p_limit
    for no key update skip locked
  loop
    looked := looked + 1;
    if c.handled_by = 'human' or session_refusal(c, v_now) is not null then
      update text_conversations set timer_due_at = null where id = c.id;
    elsif c.next_seq > c.done_seq then
      -- The running turn checks the timeout itself; its commit sets the next due time.
      update text_conversations
      set timer_due_at = v_now + interval '2 seconds'
      where id = c.id;
    else
      update text_conversations
      set timer_due_at = null, next_seq = next_seq + 1
      where id = c.id
      returning * into c;
      insert into session_turns (conversation_id, seq, tenant_id, kind)
      values (c.id, c.next_seq, c.tenant_id, 'timer');
      v_fired := v_fired
        || jsonb_build_object(
          'tenant_id', c.tenant_id, 'session_id', c.session_id, 'conversation_id', c.id, 'seq', c.next_seq
        );
    end if;
  end loop;
  fired := v_fired;
  return next;
end
$$;

select run_across_tenants('fire_timers');
