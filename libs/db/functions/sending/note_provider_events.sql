-- Notes what a provider says of many recipients, in whatever tenants: the arrays belong together, in the order in which
-- it says so. p_sealed: the address for the list of those who want no more; null = it stays off that list. Idempotent
-- by state, as note_undelivered() and suppress_address() are. One round trip however many there are, and about a
-- millisecond for each. Rows are taken by id, so that two calls at once wait for each other and never in a circle.
create or replace function note_provider_events(p_ids uuid[], p_what text[], p_sealed text[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  e record;
begin
  for e in
    select r.tenant_id, r.id, r.address_hash, r.hint, said.what, said.sealed
    from unnest(p_ids, p_what, p_sealed) with ordinality as said (id, what, sealed, position)
    join send_out_recipients r on r.id = said.id
    order by r.id, said.position
  loop
    perform note_undelivered(e.tenant_id, e.id, e.what);
    if e.sealed is not null then
      perform suppress_address(
        e.tenant_id, e.address_hash, e.sealed, e.hint, case e.what when 'bounced' then 'bounced' else 'unsubscribed' end
      );
    end if;
  end loop;
end
$$;

select run_across_tenants('note_provider_events');
