-- Whether a send-out tells who of its recipients has opened their own link; only where its owner asked for it.
alter table send_outs add column track_opens boolean not null default false;
