-- Up to p_limit ended sessions of a tenant that contain words. By the index of words alone: the planner assumes that
-- the prefix of a word is common, and would read the words of every session.
create or replace function word_hits(p_tenant uuid, p_words tsquery, p_limit integer) returns uuid[]
language sql stable
set enable_seqscan = off
set enable_indexscan = off
as $$
  select coalesce(array_agg(conversation_id), '{}')
  from (
    select conversation_id
    from session_digests
    where tenant_id = p_tenant and words @@ p_words
    limit p_limit
  ) hits
$$;
