-- Claims documents whose chunks have no vectors of p_model, across tenants, for p_claim_ms: ids only.
create or replace function claim_unembedded(p_model text, p_limit integer, p_claim_ms integer)
returns table (tenant_id uuid, document_id uuid)
language sql security definer set search_path = public, pg_temp as $$
  update knowledge_documents d
  set embedding_claimed_until = clock_timestamp() + make_interval(secs => p_claim_ms / 1000.0)
  where d.id in (
    select w.id
    from knowledge_documents w
    where w.deleted_at is null
      and w.embedding_model is distinct from p_model
      and (w.embedding_claimed_until is null or w.embedding_claimed_until < clock_timestamp())
    order by w.created_at
    limit p_limit
    for no key update skip locked
  )
  returning d.tenant_id, d.id
$$;

select run_across_tenants('claim_unembedded');
