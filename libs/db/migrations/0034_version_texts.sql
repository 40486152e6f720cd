-- The YAML that a version was made of, with its comments; null = it was given as JSON, or a secret stood in it.
alter table agent_versions add column source_text text;
