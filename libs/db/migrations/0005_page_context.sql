-- What the page around a widget says of itself and of its visitor; nobody vouches for it, and a model reads it as data.
alter table text_conversations add column page_context jsonb;
