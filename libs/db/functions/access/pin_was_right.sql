-- The try that was taken was correct: resets the count of its address.
create or replace function pin_was_right(p_tenant uuid, p_link uuid, p_bucket text) returns void
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  -- Same order as take_pin_try(), so that the two never deadlock.
  update link_pin_tries
  set wrong = greatest(0, wrong - 1)
  where link_id = p_link and bucket = '';
  delete from link_pin_tries where link_id = p_link and bucket = p_bucket;
end
$$;
