-- The next values of one sealed column that were not sealed under the current key, in the order of the primary key
-- after p_after (null = from the beginning): sealed texts and what they are bound to, nothing else of a row. Columns
-- are those of sealed_places(). Cost: a page of the primary key's index; a full pass reads each row once.
create or replace function stale_sealed(
  p_table text, p_column text, p_key_id text, p_after jsonb, p_limit integer
)
returns table (tenant uuid, row_key jsonb, more text, sealed text)
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
  v_place record;
  v_columns text;
  v_after text;
  v_pairs text;
begin
  select * into strict v_place from sealed_places() p where p.place_table = p_table and p.place_column = p_column;
  select
    string_agg(format('t.%I', c.name), ', ' order by c.n),
    string_agg(format('($1 ->> %L)::%s', c.name, format_type(a.atttypid, null)), ', ' order by c.n),
    string_agg(format('%L, t.%I', c.name, c.name), ', ' order by c.n)
  into v_columns, v_after, v_pairs
  from unnest(v_place.key_columns) with ordinality c (name, n)
  join pg_attribute a on a.attrelid = p_table::regclass and a.attname = c.name;
  return query execute format(
    'select t.tenant_id, jsonb_build_object(%s), %s, t.%I::text from %I t
       where ($1 is null or (%s) > (%s)) and t.%I::text ~ $2 order by %s limit $3',
    v_pairs, v_place.more, p_column, p_table, v_columns, v_after, p_column, v_columns
  ) using p_after, 'v1\.(?!' || p_key_id || '\.)[0-9a-f]{8}\.', p_limit;
end
$$;

select run_across_tenants('stale_sealed');
