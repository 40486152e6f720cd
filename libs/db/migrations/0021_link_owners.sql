-- The owner's side of links: the address that can be shown again, templates, a bound on links per caller, changes that reach live sessions.

-- The token under the installation's master key (AES-GCM, bound to the row): QR code and snippet of a link can be made later, while a copy of
-- the database still opens nothing. null = the link is older than this column; its address cannot be shown again.
alter table temporary_chat_links add column token_sealed text;

-- Active links are counted by their maker whenever one more is made.
create index temporary_chat_links_maker on temporary_chat_links (tenant_id, created_by) where is_active and deleted_at is null;

create table link_templates (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  name text not null,
  -- fields of a link as its owner would give them; no secret is ever among them
  fields jsonb not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, name)
);
select protect_by_tenant('link_templates');

-- Carries changed limits of a link to its live sessions, in the transaction of the change; what they have used already stays theirs. The caller
-- holds the link's row, so that a session which opens meanwhile has the new limits or is found here. p: {expiry, messages, timeout}, all boolean.
create function apply_link_limits(p_link uuid, p jsonb) returns integer language plpgsql as $$
declare l temporary_chat_links; v_count integer;
begin
  select * into l from temporary_chat_links where id = p_link;
  perform from text_conversations where link_id = p_link and ended_at is null order by id for no key update;
  update text_conversations c set
      expires_at = case when (p ->> 'expiry')::boolean then l.expires_at else c.expires_at end,
      max_messages = case when (p ->> 'messages')::boolean then greatest(l.max_messages_per_session, c.messages_used) else c.max_messages end,
      idle_timeout_seconds = case when (p ->> 'timeout')::boolean then l.session_timeout_minutes * 60 else c.idle_timeout_seconds end,
      -- only earlier: the sweep that looks then moves it on by itself
      idle_check_at = least(c.idle_check_at, case when (p ->> 'expiry')::boolean then l.expires_at end,
        case when (p ->> 'timeout')::boolean then c.updated_at + make_interval(mins => l.session_timeout_minutes) end)
   where c.link_id = p_link and c.ended_at is null;
  get diagnostics v_count = row_count;
  return v_count;
end $$;
