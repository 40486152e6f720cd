-- All that an owner has written into a link, as one text.
create or replace function link_words(l temporary_chat_links) returns text
language sql stable as $$
  select concat_ws(
    E'\n', l.recipient::text, l.metadata::text, l.title, l.description, l.welcome_message, l.consent_text,
    l.chat_intent, l.system_prompt_override, l.initial_message
  )
$$;
