-- The sessions of a tenant that match a search, in its order. p: {sort, limit, after_key, after_id, agent_id, link_id,
-- status, state, participant, email, from, to, rating_max, thumbs, escalated, failed, went_badly, review, node,
-- cost_min, text}, each but the first two optional. Conditions that only need the conversations are evaluated on them;
-- the others on the digests, and on the rows of sessions that changed since, the newest 1,000 running ones and 1,000
-- others. Words that occur in more than 2,000 sessions are searched in the order of the search, until a page is full.
-- Returns ids and the sort keys, never content. Cost: one index per condition; the words of running sessions are read.
create or replace function find_sessions(p_tenant uuid, p jsonb) returns table (id uuid, key text)
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  v_digest boolean := p ->> 'sort' <> 'newest'
    or p ?| array['rating_max', 'thumbs', 'escalated', 'failed', 'went_badly', 'review', 'node', 'cost_min', 'text'];
  v_key text := case p ->> 'sort'
    when 'last_activity' then 'd.last_activity_at'
    when 'cost' then 'coalesce(d.cost, 0)'
    when 'rating' then '(-coalesce(d.rating, 6))'
    when 'turns' then 'd.turns'
    else case when v_digest then 'd.created_at' else 'c.created_at' end
  end;
  v_type text := case p ->> 'sort'
    when 'cost' then 'numeric' when 'rating' then 'int' when 'turns' then 'int' else 'timestamptz'
  end;
  v_id text := case when v_digest then 'd.conversation_id' else 'c.id' end;
  v_where text := session_where(p, v_digest);
  v_order text := format(' order by %s desc, %s desc limit %s', v_key, v_id, (p ->> 'limit')::int);
  v_words tsquery := words_query(p ->> 'text');
  v_hits uuid[] := case when p ? 'text' then word_hits(p_tenant, v_words, 2001) end;
  v_said text := case when p ? 'text' then format(' and d.words @@ %L::tsquery', v_words) else '' end;
  v_select text := format('select %s as id, %s as k', v_id, v_key);
begin
  if p ? 'after_id' then
    v_where := v_where || format(
      ' and (%s, %s) < (%L::%s, %L::uuid)', v_key, v_id, p ->> 'after_key', v_type, p ->> 'after_id'
    );
  end if;
  if not v_digest then
    return query execute format(
      'select s.id, s.k::text from (%s from text_conversations c where %s %s) s', v_select, v_where, v_order
    ) using p_tenant;
    return;
  end if;
  return query execute format(
    $q$
    with changed as materialized (select x from changed_sessions($1, %L) x),
    looked as materialized (
      select g.*
      from (select array(select x from changed) as ids) a
      cross join lateral digest_sessions(a.ids, case when %L then a.ids end) g
    )
    select s.id, s.k::text as shown
    from (
      (%s from session_digests d join text_conversations c on c.id = d.conversation_id
        where %s %s and d.conversation_id not in (select x from changed) %s)
      union all
      (%s from looked d join text_conversations c on c.id = d.conversation_id where %s %s %s)
    ) s
    order by s.k desc, s.id desc limit %s
    $q$,
    p ? 'text', p ? 'text', v_select, v_where,
    case when cardinality(v_hits) <= 2000 then 'and d.conversation_id = any($2)' else v_said end, v_order, v_select,
    v_where, v_said, v_order, (p ->> 'limit')::int
  ) using p_tenant, v_hits;
end
$$;

select run_across_tenants('find_sessions');
