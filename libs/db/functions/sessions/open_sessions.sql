-- Opens many sessions in one statement (group commit): a crowd before one link costs a few statements, not hundreds
-- that wait for a connection. Each item has its own outcome and is undone alone. items: [{i, …as
-- open_agreed_session()}]
-- Returns {i, opened} or {i, error: code}.
create or replace function open_sessions(items jsonb) returns setof json
language plpgsql as $$
declare
  item jsonb;
  v_opened json;
  v_lock bigint;
begin
  -- Repeats of one request may be in several batches. A batch locks the keys of all its requests before its first row,
  -- so that it never waits for a key while it holds a link, and two batches cannot deadlock; links are locked in one
  -- order as well.
  for v_lock in
    select distinct hashtextextended((value ->> 'tenant_id') || ':open:' || name, 0) as h
    from jsonb_array_elements(items), unnest(
      array['sig:' || (value ->> 'signature'), 'key:' || (value ->> 'idem_key')]
    ) name
    where name is not null
    order by h
  loop
    perform pg_advisory_xact_lock(v_lock);
  end loop;
  for item in
    select value
    from jsonb_array_elements(items)
    order by value -> 'link' ->> 'id', (value ->> 'i')::int
  loop
    begin
      v_opened := open_agreed_session(item::json);
      return next json_build_object('i', item -> 'i', 'opened', v_opened);
    exception
    when sqlstate 'PA001' then
      return next json_build_object('i', item -> 'i', 'error', sqlerrm);
    end;
  end loop;
end
$$;

select keep_index_plans('open_sessions');
