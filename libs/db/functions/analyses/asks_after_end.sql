-- Whether an agent document has questions for the analysis of ended sessions.
create or replace function asks_after_end(p_document json) returns boolean
language sql immutable as $$
  select case
    when p_document #>> '{workflow,post_call_analysis,enabled}' is distinct from 'true' then false
    when json_typeof(p_document #> '{workflow,post_call_analysis,questions}') is distinct from 'array' then false
    else json_array_length(p_document #> '{workflow,post_call_analysis,questions}') > 0
  end
$$;
