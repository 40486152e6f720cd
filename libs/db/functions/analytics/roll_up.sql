-- One step of the rollups: the numbers and digests of up to p_limit sessions that ended or changed, of running ones
-- that are new or have continued for p_live_seconds since they were last counted, and the amounts recorded of them and
-- by gateways. One transaction: a kill leaves all of it or nothing. Of concurrent callers one works; the others return
-- zeros. Cost: proportional to the sessions counted; the search for running ones reads only their index.
-- Returns how many sessions were counted, and how many amounts were added.
create or replace function roll_up(p_limit integer, p_live_seconds integer)
returns table (looked integer, added integer)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_ids uuid[];
  v_live uuid[];
begin
  looked := 0;
  added := 0;
  if pg_try_advisory_xact_lock(hashtextextended('analytics', 0)) then
    with taken as (
      delete from analytics_due
      where id = any(array(select id from analytics_due order by id limit p_limit))
      returning conversation_id
    )
    select coalesce(array_agg(distinct conversation_id), '{}') into v_ids from taken;
    if cardinality(v_ids) < p_limit then
      select coalesce(array_agg(id), '{}') into v_live
      from (
        select c.id
        from text_conversations c
        left join analytics_sessions s on s.conversation_id = c.id
        where c.ended_at is null
          and (
            s.conversation_id is null
            or s.done_seq <> c.done_seq and s.taken_at <= clock_timestamp() - make_interval(secs => p_live_seconds)
          )
        limit p_limit - cardinality(v_ids)
      ) live;
      v_ids := v_ids || v_live;
    end if;
    looked := cardinality(v_ids);
    if looked > 0 then
      perform take_session_numbers(v_ids);
      perform keep_digests(v_ids);
    end if;
    added := add_analytics(p_limit * 100);
  end if;
  return next;
end
$$;

select run_across_tenants('roll_up');
