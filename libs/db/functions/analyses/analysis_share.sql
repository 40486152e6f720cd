-- The share of its ended sessions that an agent document has analysed, 0 to 1; 1 where it does not say.
create or replace function analysis_share(p_document json) returns double precision
language sql immutable as $$
  select case
    when json_typeof(p_document #> '{workflow,post_call_analysis,sample_rate}') = 'number'
      then (p_document #>> '{workflow,post_call_analysis,sample_rate}')::double precision
    else 1
  end
$$;
