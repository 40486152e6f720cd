-- People who may not sign in for a while, and stay who they are. Null = they may.
alter table users add column disabled_at timestamptz;
