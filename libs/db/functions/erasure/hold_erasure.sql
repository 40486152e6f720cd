-- Locks an erasure for one step and extends its worker's claim by twenty seconds. Throws `conflict` when another worker
-- has claimed it: the step then changes nothing.
create or replace function hold_erasure(p_erasure uuid, p_claim uuid) returns erasures
language plpgsql as $$
declare
  e erasures;
begin
  update erasures
  set claimed_until = clock_timestamp() + interval '20 seconds'
  where id = p_erasure
    and claim = p_claim
    and state = 'running'
  returning * into e;
  if not found then perform fail('conflict'); end if;
  return e;
end
$$;
