-- Records what has crossed and what has recovered since a rule was last evaluated, and notifies. The caller holds the
-- row of the rule. A deleted subject has recovered. Returns how many crossings began or ended, at most 200; the next
-- evaluation finds the rest.
create or replace function evaluate_alert(a alerts) returns integer
language plpgsql as $$
declare
  v record;
  f alert_firings;
  v_count integer := 0;
begin
  for v in
    with seen as materialized (select * from alert_values(a))
    select o.id as firing_id, coalesce(o.subject, s.subject) as subject, s.value
    from seen s
    full join (
      select x as firing, x.id, x.subject from alert_firings x where x.alert_id = a.id and x.recovered_at is null
    ) o on o.subject = s.subject
    where case
      when o.id is null then s.fires
      else s.subject is null or not s.fires and alert_recovered(a, o.firing, s.value)
    end
    limit 200
  loop
    if v.firing_id is null then
      insert into alert_firings (tenant_id, alert_id, subject, value, threshold)
      values (a.tenant_id, a.id, v.subject, v.value, a.threshold)
      on conflict do nothing
      returning * into f;
    else
      update alert_firings
      set recovered_at = clock_timestamp(), recovered_value = v.value
      where id = v.firing_id and recovered_at is null
      returning * into f;
    end if;
    continue when not found;
    v_count := v_count + 1;
    if v.firing_id is null then
      perform tell_alert(a, f, 'fired');
    elsif a.tell_recovery then
      perform tell_alert(a, f, 'recovered');
    end if;
  end loop;
  return v_count;
end
$$;
