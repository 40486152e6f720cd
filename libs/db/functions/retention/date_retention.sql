-- Sets the new purge time of ended sessions of links whose retention has changed, and clears deleted links when none of
-- their sessions has content any more. A link keeps its mark for a minute, so that a session which was just ending
-- under the old time is found too.
-- Returns how many sessions and links were examined and needed work.
create or replace function date_retention(p_limit integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  l temporary_chat_links;
  v_count integer := 0;
  v_round integer;
begin
  for l in
    select *
    from temporary_chat_links
    where retention_check_at <= clock_timestamp()
    order by retention_check_at
    limit p_limit
    for no key update skip locked
  loop
    update text_conversations
    set purge_at = own_purge_time(l.deleted_at, l.retention_days, ended_at)
    where id in (
      select id
      from text_conversations
      where link_id = l.id
        and ended_at is not null
        and purged_at is null
        and purge_at is distinct from own_purge_time(l.deleted_at, l.retention_days, ended_at)
      limit p_limit - v_count
      for no key update skip locked
    );
    get diagnostics v_round = row_count;
    v_count := v_count + v_round;
    exit when v_count >= p_limit;
    if l.retention_changed_at > clock_timestamp() - interval '1 minute'
      or exists (
        select
        from text_conversations
        where link_id = l.id
          and purged_at is null
          and (
            l.deleted_at is not null
              or (
                ended_at is not null
                  and purge_at is distinct from own_purge_time(l.deleted_at, l.retention_days, ended_at)
              )
          )
      )
    then
      update temporary_chat_links
      set retention_check_at = clock_timestamp() + interval '1 minute'
      where id = l.id;
    elsif l.deleted_at is null then
      update temporary_chat_links
      set retention_changed_at = null, retention_check_at = null
      where id = l.id;
    else
      -- The recipient, the addresses that asked for codes and those of visits: nobody can return for them.
      update temporary_chat_links
      set
        retention_changed_at = null,
        retention_check_at = null,
        recipient = null,
        metadata = '{}',
        source_session_id = null,
        token_sealed = null,
        pin_hash = null,
        visitor_salt = gen_random_uuid()
      where id = l.id;
      delete from link_verifications where link_id = l.id;
      delete from link_pin_tries where link_id = l.id;
      delete from link_addresses where link_id = l.id;
    end if;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

select run_across_tenants('date_retention');
