-- Writes what is remembered of a person as the next revision, with its entry in the history: the only way a memory
-- changes. p_expected is the revision that the writer has seen; with another one now, or a deleted memory, nothing is
-- written. Returns the new revision, or null when nothing was written. The history keeps the newest 50; a text older
-- than the history enters it with the first change, as a summary.
create or replace function write_memory(
  p_agent uuid, p_subject text, p_expected integer, p_summary text, p_notes text, p_source text, p_actor text,
  p_session text, p_restored_from integer
)
returns integer
language plpgsql as $$
declare
  m memories;
begin
  select * into m
  from memories
  where agent_id = p_agent and subject_hash = p_subject and revision = p_expected
  for update;
  if not found then return null; end if;
  if m.summary is not null or m.notes is not null then
    insert into memory_revisions (
      tenant_id, agent_id, subject_hash, revision, summary, notes, source, created_at
    )
    values (m.tenant_id, p_agent, p_subject, m.revision, m.summary, m.notes, 'summary', m.updated_at)
    on conflict do nothing;
  end if;
  update memories
  set summary = p_summary, notes = p_notes, revision = m.revision + 1, claimed_until = null,
    updated_at = clock_timestamp()
  where agent_id = p_agent and subject_hash = p_subject;
  insert into memory_revisions (
    tenant_id, agent_id, subject_hash, revision, summary, notes, source, actor, session_id, restored_from
  )
  values (
    m.tenant_id, p_agent, p_subject, m.revision + 1, p_summary, p_notes, p_source, p_actor, p_session,
    p_restored_from
  );
  delete from memory_revisions
  where agent_id = p_agent and subject_hash = p_subject and revision <= m.revision + 1 - 50;
  return m.revision + 1;
end
$$;
