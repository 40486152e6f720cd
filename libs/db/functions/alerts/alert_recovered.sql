-- Whether a crossing is over at p_value: not as soon as the value is back at the threshold, else one that oscillates
-- around it would notify again and again. Spend falls only when its owner raises the budget.
create or replace function alert_recovered(a alerts, f alert_firings, p_value numeric) returns boolean
language sql immutable as $$
  select coalesce(
    case a.kind
      when 'budget_spent' then p_value < a.threshold
      when 'budget_used_up' then p_value < least(f.value, a.threshold)
      when 'rating_below' then p_value >= least(a.threshold + 0.2, 5)
      else p_value < 0.9 * a.threshold
    end,
    false
  )
$$;
