-- One summary at a time for a person too: conversations of one person that become due together would otherwise merge into the same old
-- summary, and all but one of the paid answers would be thrown away. As with conversations, `revision` is the guard, not the claim.
alter table memories add column claimed_until timestamptz;
