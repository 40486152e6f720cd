-- The public view of a file.
create or replace function file_json(f session_files) returns json
language sql stable as $$
  select json_build_object('id', f.id, 'name', f.name, 'media_type', f.media_type, 'bytes', f.bytes)
$$;
