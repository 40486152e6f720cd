-- Saves the draft of one author, or reports that it has changed: p_expected is the revision that the author's page has
-- loaded, 0 = none.
-- Saving unchanged content writes nothing. Saves within one minute share a row; the newest 20 rows are kept.
create or replace function save_draft(
  p_tenant uuid, p_agent uuid, p_author text, p_expected integer, p_base integer, p_sealed text, p_hash text
)
returns table (saved boolean, revision integer, saved_at timestamptz)
language plpgsql as $$
#variable_conflict use_column
declare
  v_last agent_drafts;
  v_now timestamptz := clock_timestamp();
begin
  perform pg_advisory_xact_lock(hashtextextended('draft:' || p_agent || ':' || p_author, 0));
  select d.* into v_last from agent_drafts d where d.agent_id = p_agent and d.author = p_author
  order by d.revision desc limit 1;
  if v_last.content_hash = p_hash and v_last.base_version is not distinct from p_base then
    return query select true, v_last.revision, v_last.saved_at;
    return;
  end if;
  if coalesce(v_last.revision, 0) <> p_expected then
    return query select false, coalesce(v_last.revision, 0), v_last.saved_at;
    return;
  end if;
  if v_last.begun_at > v_now - interval '1 minute' and v_last.revision > 1 then
    update agent_drafts d
    set
      revision = d.revision + 1, base_version = p_base, text_sealed = p_sealed, content_hash = p_hash,
      saved_at = v_now
    where d.agent_id = p_agent and d.author = p_author and d.revision = v_last.revision;
  else
    insert into agent_drafts (agent_id, author, revision, tenant_id, base_version, text_sealed, content_hash, saved_at)
    values (p_agent, p_author, p_expected + 1, p_tenant, p_base, p_sealed, p_hash, v_now);
    delete from agent_drafts d where d.agent_id = p_agent and d.author = p_author and d.revision < (
      select min(k.revision) from (
        select n.revision from agent_drafts n where n.agent_id = p_agent and n.author = p_author
        order by n.revision desc limit 20
      ) k
    );
  end if;
  return query select true, p_expected + 1, v_now;
end
$$;
