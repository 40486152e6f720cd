-- The chunks nearest to a vector among those of p_documents that have vectors of p_model, best first. With pgvector all
-- of them are compared; without it at most p_bound, those that share a word with the question first.
create or replace function nearest_chunks(
  p_documents uuid[], p_model text, p_query real[], p_words text, p_limit integer, p_bound integer
)
returns table (document_id uuid, n integer, score double precision)
language plpgsql stable as $$
begin
  if to_regtype('vector') is not null then
    return query
    execute '
      select c.document_id, c.n, -(c.embedding::vector <#> $1::vector) as score
      from knowledge_chunks c
      join knowledge_documents d on d.id = c.document_id
      where c.document_id = any($2)
        and d.embedding_model = $3
        and cardinality(c.embedding) = cardinality($1)
      order by c.embedding::vector <#> $1::vector, c.document_id, c.n
      limit $4
    '
    using p_query, p_documents, p_model, p_limit;
    return;
  end if;
  return query
  with candidates as materialized (
    select c.document_id, c.n, c.embedding
    from knowledge_chunks c
    join knowledge_documents d on d.id = c.document_id
    where c.document_id = any(p_documents)
      and d.embedding_model = p_model
      and cardinality(c.embedding) = cardinality(p_query)
    order by (c.tsv @@ any_word(c.language, p_words)) desc, c.document_id, c.n
    limit p_bound
  )
  select c.document_id, c.n, dot_product(c.embedding, p_query) as score
  from candidates c
  order by score desc, c.document_id, c.n
  limit p_limit;
end
$$;
