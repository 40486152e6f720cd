-- Whether a link was opened in a browser, as far as the rollups know: up to about a minute late, and a few visits are
-- lost when a gateway crashes. A link that was written on was opened. Cost: one index read.
create or replace function link_opened(p_tenant uuid, p_link uuid) returns boolean
language sql stable as $$
  select p_link is not null and (
    link_chatted(p_link) or exists (
      select from analytics_rollups r
      where r.tenant_id = p_tenant
        and r.family = 'visits'
        and r.grain = 'link'
        and r.link_id = p_link
        and exists (select from unnest(r.names) as n where n like 'opened/%')
    )
  )
$$;
