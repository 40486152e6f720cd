-- Since when nothing of a tenant works: its credentials and links are refused, and its conversations have ended.
alter table tenants add column suspended_at timestamptz;
