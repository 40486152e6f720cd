-- Up to p_limit ended sessions of a tenant in which words were said. By the index of words alone: the planner takes the
-- beginning of a word to be common, and would read the words of every session.
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
