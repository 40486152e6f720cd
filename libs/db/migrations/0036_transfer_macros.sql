-- A macro may give the conversation to this operator, by the id of their credentials; it has no other action then.
alter table saved_replies add column transfer_to text;
