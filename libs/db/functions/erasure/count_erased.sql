-- Adds to the numbers of an erasure: p_counts names what was removed from a store and how much of it.
create or replace function count_erased(p_erasure uuid, p_store text, p_counts jsonb) returns void
language sql as $$
  update erasures e
  set removed = jsonb_set(
    removed, array[p_store],
    coalesce(removed -> p_store, '{}') || (
      select coalesce(
        jsonb_object_agg(
          c.key, c.value::text::bigint + coalesce((e.removed -> p_store ->> c.key)::bigint, 0)
        ),
        '{}'
      )
      from jsonb_each(p_counts) c
    )
  )
  where id = p_erasure
$$;
