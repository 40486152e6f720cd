-- When the next delivery is due: now if a payload is stored unsealed, or a delivery to an endpoint that was switched
-- off must be cancelled; null = none waits.
create or replace function webhooks_due_at(p_now timestamptz) returns timestamptz
language plpgsql stable as $$
begin
  if exists (
    select
    from webhook_deliveries
    where data_sealed is null and (claimed_until is null or claimed_until < p_now)
  ) then
    return p_now;
  end if;
  return (
    -- One step of the index for each receiver with waiting deliveries, however many.
    with recursive waiting as (
      (
        select d.receiver_id, d.next_attempt_at
        from webhook_deliveries d
        where d.ended_at is null
        order by d.receiver_id, d.next_attempt_at
        limit 1
      )
      union all
      select n.receiver_id, n.next_attempt_at
      from waiting w
      cross join lateral (
        select d.receiver_id, d.next_attempt_at
        from webhook_deliveries d
        where d.ended_at is null and d.receiver_id > w.receiver_id
        order by d.receiver_id, d.next_attempt_at
        limit 1
      ) n
    )
    select min(case when e.is_active is false then p_now else w.next_attempt_at end)
    from waiting w
    left join webhook_endpoints e on e.id = w.receiver_id
  );
end
$$;
