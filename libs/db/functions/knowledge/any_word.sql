-- A query that matches any word of the text.
create or replace function any_word(p_language text, p_text text) returns tsquery
language sql immutable parallel safe as $$
  select coalesce(string_agg(quote_literal(lexeme), ' | '), '')::tsquery
  from unnest(knowledge_tsv(p_language, p_text))
$$;
