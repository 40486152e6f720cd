-- Replaces old sealed values by resealed ones: p_rows is [{row_key, old, new}] of one column of sealed_places(). A
-- value that has changed meanwhile stays as it is. Returns how many were written.
create or replace function reseal_rows(p_table text, p_column text, p_rows jsonb)
returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  v_place record;
  v_same text;
  v_type text;
  v_written integer;
begin
  select * into strict v_place from sealed_places() p where p.place_table = p_table and p.place_column = p_column;
  select string_agg(
    format('t.%I = (r.row_key ->> %L)::%s', a.attname, a.attname, format_type(a.atttypid, null)), ' and '
  )
  into v_same
  from pg_attribute a
  where a.attrelid = p_table::regclass and a.attname = any (v_place.key_columns);
  select format_type(a.atttypid, null) into strict v_type
  from pg_attribute a
  where a.attrelid = p_table::regclass and a.attname = p_column;
  execute format(
    'update %I t set %I = r.new::%s from jsonb_to_recordset($1) as r (row_key jsonb, old text, new text)
       where %s and t.%I::text = r.old',
    p_table, p_column, v_type, v_same, p_column
  ) using p_rows;
  get diagnostics v_written = row_count;
  return v_written;
end
$$;

select run_across_tenants('reseal_rows');
