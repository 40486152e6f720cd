-- The inner product of two vectors of one length. Exact, and slow: a fallback for databases without pgvector.
create or replace function dot_product(a real[], b real[]) returns double precision
language sql immutable strict parallel safe as $$
  select sum(x * y)::float8 from unnest(a, b) as v(x, y)
$$;
