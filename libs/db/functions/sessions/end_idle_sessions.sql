-- Ends sessions that were idle for their timeout or have expired; postpones the next check of the others. looked counts
-- the rows read: a batch full of sessions that are merely young must not look like the end of the backlog to the
-- sweeper.
create or replace function end_idle_sessions(p_limit integer)
returns table (looked integer, ended integer)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  c text_conversations;
  v_due timestamptz;
begin
  looked := 0;
  ended := 0;
  for c in
    select *
    from text_conversations
    where ended_at is null and idle_check_at <= clock_timestamp()
    order by idle_check_at
    limit p_limit
    for no key update skip locked
  loop
    looked := looked + 1;
    v_due := session_over_at(c);
    if v_due > clock_timestamp() then
      update text_conversations set idle_check_at = v_due where id = c.id;
    elsif close_overdue_session(c) then
      ended := ended + 1;
    end if;
  end loop;
  return next;
end
$$;

select run_across_tenants('end_idle_sessions');
