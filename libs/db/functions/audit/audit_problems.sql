-- Problems in a stretch of the chain of the transaction's tenant, from p_from on, at most p_limit entries: an entry
-- that was changed, entries that are missing or out of place, an end that was cut off. o_next: where to continue; null
-- = the end was reached. Reads the stretch once.
create or replace function audit_problems(
  p_from bigint, p_limit integer, out o_checked integer, out o_next bigint, out o_problems jsonb
)
language plpgsql stable as $$
declare
  v_head audit_heads;
  v_from bigint;
  v_to bigint;
begin
  select * into v_head from audit_heads where tenant_id = (select app_tenant());
  if not found then
    v_head.seq := 0;
    v_head.purged_seq := 0;
  end if;
  v_from := greatest(p_from, v_head.purged_seq + 1);
  v_to := v_from + p_limit - 1;
  with stretch as (
    -- The last entry of the previous stretch is read for its hash.
    select e, lag(e.seq) over w as seq_before, lag(e.hash) over w as hash_before
    from audit_entries e
    where e.tenant_id = (select app_tenant()) and e.seq between v_from - 1 and v_to
    window w as (order by e.seq)
  ),
  checked as (
    select
      (e).seq as seq,
      audit_hash((e).previous_hash, e) = (e).hash as whole,
      coalesce(seq_before, v_from - 1) as seq_before,
      case
        when (e).seq = v_head.purged_seq + 1 then v_head.purged_hash
        when seq_before = (e).seq - 1 then hash_before
      end is not distinct from (e).previous_hash as joined,
      (e).seq = v_head.seq and (e).hash <> v_head.hash as other_head
    from stretch
    where (e).seq >= v_from
  ),
  found as (
    select seq, 'changed' as problem from checked where not coalesce(whole, false) or other_head
    union all
    select seq, 'missing_before' from checked where seq_before <> seq - 1
    union all
    select seq, 'not_joined' from checked where seq_before = seq - 1 and not joined
    union all
    select seq, 'added' from checked where seq > v_head.seq
  )
  select
    (select count(*) from checked),
    coalesce(
      (select jsonb_agg(jsonb_build_object('seq', seq, 'problem', problem) order by seq, problem) from found), '[]'
    )
  into o_checked, o_problems;
  if v_to < v_head.seq then
    o_next := v_to + 1;
  elsif coalesce((
    select max(seq) from audit_entries where tenant_id = (select app_tenant())
  ), v_head.purged_seq) < v_head.seq then
    o_problems := o_problems || jsonb_build_array(jsonb_build_object('seq', v_head.seq, 'problem', 'cut_off'));
  end if;
end
$$;
