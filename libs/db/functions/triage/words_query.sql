-- Matches texts with every word of p_text, as itself or as a prefix. Only punctuation matches nothing.
create or replace function words_query(p_text text) returns tsquery
language sql immutable parallel safe as $$
  select coalesce(
    string_agg('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || ''':*', ' & '), ''
  )::tsquery
  from unnest(to_tsvector('simple', p_text))
$$;
