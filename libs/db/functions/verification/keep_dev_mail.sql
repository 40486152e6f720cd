-- Stores one mail, and keeps the newest 200 of a tenant.
create or replace function keep_dev_mail(p_tenant uuid, p_recipient text, p_subject text, p_body text)
returns void
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  insert into dev_mail (tenant_id, recipient, subject, body)
  values (p_tenant, p_recipient, p_subject, p_body);
  delete from dev_mail where id <= (select id from dev_mail order by id desc offset 200 limit 1);
end
$$;
