-- The knowledge base of an agent: documents in revisions, cut into chunks, searched by full text and, with an embedding model, by vectors.
-- Vectors are plain arrays, so that every database can hold them; with pgvector installed the search casts them. See docs/adr/0012.
create table knowledge_documents (
  -- One revision of one document; immutable but for what says where it ends and how far its vectors are.
  id uuid primary key,
  tenant_id uuid not null references tenants,
  agent_id uuid not null references agents on delete cascade,
  name text not null,
  media_type text not null,
  -- a text search configuration of pg_catalog
  language text not null default 'simple',
  bytes integer not null,
  content_hash text not null,
  revision integer not null,
  status text not null default 'ready',
  -- Seen by versions from `from_version` up to, not including, `until_version` (null: no end).
  from_version integer not null,
  until_version integer,
  chunks integer not null,
  -- the model whose vectors all chunks have; null = not yet
  embedding_model text,
  embedding_claimed_until timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  -- Removed by its owner: no version sees it, its text is gone.
  deleted_at timestamptz,
  unique (agent_id, name, revision)
);
select protect_by_tenant('knowledge_documents');
create unique index knowledge_documents_current on knowledge_documents (agent_id, name) where until_version is null and deleted_at is null;
create index knowledge_documents_listed on knowledge_documents (agent_id, created_at desc, id desc) where deleted_at is null;
create index knowledge_documents_unembedded on knowledge_documents (created_at) where deleted_at is null;

-- Immutable although the configuration is named by text: the configurations of pg_catalog are the same for the life of a database.
-- A column of type regconfig would keep the database from being upgraded in place.
create function knowledge_tsv(p_language text, p_text text) returns tsvector language sql immutable parallel safe as
$$ select to_tsvector(('pg_catalog.' || p_language)::regconfig, p_text) $$;

create table knowledge_chunks (
  document_id uuid not null references knowledge_documents on delete cascade,
  n integer not null,
  tenant_id uuid not null references tenants,
  language text not null,
  -- The headings above the text, from the outermost.
  heading text not null,
  text text not null,
  tsv tsvector not null generated always as (knowledge_tsv(language, heading || ' ' || text)) stored,
  -- of length 1, so that the inner product is the cosine
  embedding real[],
  primary key (document_id, n)
);
select protect_by_tenant('knowledge_chunks');
-- A search reads the words of every chunk of an agent: kept in the row and not compressed, that costs a microsecond each. Vectors
-- go elsewhere, as they are: random numbers do not compress.
alter table knowledge_chunks set (toast_tuple_target = 8160);
alter table knowledge_chunks alter column embedding set storage external;

-- Content on its way in, a part at a time; gone when its document is made, or an hour later.
create table knowledge_uploads (
  upload_id uuid not null,
  n integer not null,
  tenant_id uuid not null references tenants,
  data bytea not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, upload_id, n)
);
select protect_by_tenant('knowledge_uploads');
create index knowledge_uploads_old on knowledge_uploads (created_at);

-- The inner product of two vectors of one length. Exact, and slow: a fallback for databases without pgvector.
create function dot_product(a real[], b real[]) returns double precision language sql immutable strict parallel safe as
$$ select sum(x * y)::float8 from unnest(a, b) as v(x, y) $$;

-- The chunks nearest to a vector among those of p_documents that have vectors of p_model, best first. With pgvector all of them are
-- compared; without it no more than p_bound, those first that share a word with the question.
create function nearest_chunks(p_documents uuid[], p_model text, p_query real[], p_words text, p_limit integer, p_bound integer)
returns table (document_id uuid, n integer, score double precision) language plpgsql stable as $$
begin
  if to_regtype('vector') is not null then
    return query execute
      'select c.document_id, c.n, -(c.embedding::vector <#> $1::vector) as score from knowledge_chunks c join knowledge_documents d on d.id = c.document_id
        where c.document_id = any($2) and d.embedding_model = $3 and cardinality(c.embedding) = cardinality($1)
        order by c.embedding::vector <#> $1::vector, c.document_id, c.n limit $4' using p_query, p_documents, p_model, p_limit;
    return;
  end if;
  return query
    with candidates as materialized (
      select c.document_id, c.n, c.embedding from knowledge_chunks c join knowledge_documents d on d.id = c.document_id
       where c.document_id = any(p_documents) and d.embedding_model = p_model and cardinality(c.embedding) = cardinality(p_query)
       order by (c.tsv @@ any_word(c.language, p_words)) desc, c.document_id, c.n limit p_bound)
    select c.document_id, c.n, dot_product(c.embedding, p_query) as score from candidates c order by score desc, c.document_id, c.n limit p_limit;
end $$;

-- A query that is true where any word of the text stands.
create function any_word(p_language text, p_text text) returns tsquery language sql immutable parallel safe as
$$ select coalesce(string_agg(quote_literal(lexeme), ' | '), '')::tsquery from unnest(knowledge_tsv(p_language, p_text)) $$;

-- Documents whose chunks have no vectors of p_model, of all tenants: ids only. Claims them for p_claim_ms.
create function claim_unembedded(p_model text, p_limit integer, p_claim_ms integer) returns table (tenant_id uuid, document_id uuid)
language sql security definer set search_path = public as $$
  update knowledge_documents d set embedding_claimed_until = clock_timestamp() + make_interval(secs => p_claim_ms / 1000.0)
   where d.id in (select w.id from knowledge_documents w
     where w.deleted_at is null and w.embedding_model is distinct from p_model
       and (w.embedding_claimed_until is null or w.embedding_claimed_until < clock_timestamp())
     order by w.created_at limit p_limit for no key update skip locked)
  returning d.tenant_id, d.id
$$;

-- Parts of uploads that never became a document. Answers how many.
create function purge_knowledge_uploads() returns integer language sql security definer set search_path = public as $$
  with gone as (delete from knowledge_uploads where created_at < clock_timestamp() - interval '1 hour' returning 1)
  select count(*)::integer from gone
$$;
grant create on schema public to parley_jobs;
alter function claim_unembedded(text, integer, integer) owner to parley_jobs;
alter function purge_knowledge_uploads() owner to parley_jobs;
revoke create on schema public from parley_jobs;
revoke all on function claim_unembedded(text, integer, integer), purge_knowledge_uploads() from public;
grant execute on function claim_unembedded(text, integer, integer), purge_knowledge_uploads() to parley_app, parley_jobs;
