-- Whether the acceptance of a message may grant the lease of its session: nothing waits, the lease is not held, no try
-- of a turn was abandoned since the last commit, and a runner needs nothing for the turn beyond the wake-up and its
-- cache (no human, no remembered person, no timeout). Inlined.
create or replace function lease_is_free(c text_conversations, p_at timestamptz) returns boolean
language sql stable as $$
  select c.next_seq = c.done_seq
    and (c.lease_until is null or c.lease_until < p_at)
    and c.fence = c.committed_fence
    and c.handled_by = 'agent'
    and (c.stale_through is null or c.stale_through < c.done_seq)
    and not c.participant_verified
    and c.timer_due_at is null
$$;
