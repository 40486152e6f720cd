-- What was sent of all links, newest first; those of one link have an index of their own.
create index send_outs_list on send_outs (tenant_id, created_at desc, id desc);
