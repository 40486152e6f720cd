-- Makes a function keep index plans. plpgsql caches the plan of its first calls: one made on empty tables scans them
-- sequentially for as long as the connection lives (42 million rows for the first 4,096 turns of a database), and with
-- arrays of one element a plan may be rebuilt at every call. Functions that end with a call of this one reach rows by
-- key alone, so the other methods are switched off while they run.
create or replace function keep_index_plans(p_function regproc) returns void
language plpgsql as $$
declare
  v_setting text;
begin
  foreach v_setting in array array[
    'plan_cache_mode = force_generic_plan', 'enable_seqscan = off', 'enable_bitmapscan = off',
    'enable_hashjoin = off', 'enable_mergejoin = off'
  ]
  loop
    execute format('alter function %s set %s', p_function::oid::regprocedure, v_setting);
  end loop;
end
$$;
