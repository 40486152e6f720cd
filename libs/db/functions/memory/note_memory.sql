-- Adds notes to what is remembered of a person, one line each, in the entered tenant; creates a missing memory.
-- p_notes: JSON array of texts. An existing line is not added again, and a line that exceeds 4000 characters in total
-- is left out: it never displaces what an owner wrote. Locks the memory's row.
create or replace function note_memory(
  p_conversation uuid, p_agent uuid, p_subject text, p_address_sealed text, p_notes jsonb
)
returns void
language plpgsql as $$
declare
  m memories;
  v_notes text;
  v_note text;
begin
  insert into memories (tenant_id, agent_id, subject_hash, address_sealed)
  select tenant_id, id, p_subject, p_address_sealed from agents where id = p_agent
  on conflict do nothing;
  select * into m from memories where agent_id = p_agent and subject_hash = p_subject for update;
  if not found then return; end if;
  v_notes := m.notes;
  for v_note in select value from jsonb_array_elements_text(p_notes) loop
    if v_note = any (string_to_array(coalesce(v_notes, ''), chr(10))) then continue; end if;
    if length(concat_ws(chr(10), v_notes, v_note)) <= 4000 then v_notes := concat_ws(chr(10), v_notes, v_note); end if;
  end loop;
  if v_notes is distinct from m.notes then
    perform write_memory(
      p_agent, p_subject, m.revision, m.summary, v_notes, 'tool', null,
      (select session_id from text_conversations where id = p_conversation), null
    );
  end if;
end
$$;
