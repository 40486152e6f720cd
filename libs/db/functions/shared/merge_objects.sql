-- Merges json objects in order; later members win.
create or replace aggregate merge_objects(jsonb) (
  sfunc = jsonb_concat,
  stype = jsonb,
  initcond = '{}'
);
