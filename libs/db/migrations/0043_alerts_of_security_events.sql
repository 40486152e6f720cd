-- contracts since 0023: the check becomes looser, and nothing needs the old one.
-- One more number that a rule can watch: what the defences noticed.
alter table alerts
  drop constraint alerts_kind_check,
  add constraint alerts_kind_check check (
    kind in (
      'budget_spent', 'budget_used_up', 'failed_turns', 'failed_turn_rate', 'waiting_time', 'webhook_failing',
      'rating_below', 'security_events', 'dead_letters'
    )
  );
