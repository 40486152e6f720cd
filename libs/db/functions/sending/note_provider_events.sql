-- Records what a provider reports about many recipients, across tenants: parallel arrays, in the order of the report.
-- p_sealed: the address for the suppression list; null = it is not added. Idempotent by state, like note_undelivered()
-- and suppress_address(). One round trip for any number, and about a millisecond for each. Rows are locked by id, so
-- that two concurrent calls never deadlock.
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
