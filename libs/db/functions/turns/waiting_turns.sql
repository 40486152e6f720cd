-- What arrived while the holder of the lease was at work.
create or replace function waiting_turns(p_tenant uuid, p_conversation uuid, p_done integer)
returns json
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  return pending_turns(p_conversation, p_done);
end
$$;

select keep_index_plans('waiting_turns');
