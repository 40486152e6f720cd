-- Where a link is used, as far as its settings say: link = its page, widget = the sites it lists, api = neither.
create or replace function link_channel(l temporary_chat_links) returns text
language sql immutable as $$
  select case
    when l.id is null then 'api'
    when cardinality(l.allowed_domains) > 0 then 'widget'
    else 'link'
  end
$$;
