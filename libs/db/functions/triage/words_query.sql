-- True where every word of the text stands, or a longer one that begins with it. Nothing but marks finds nothing.
create or replace function words_query(p_text text) returns tsquery
language sql immutable parallel safe as $$
  select coalesce(
    string_agg('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || ''':*', ' & '), ''
  )::tsquery
  from unnest(to_tsvector('simple', p_text))
$$;
