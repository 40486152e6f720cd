-- Like keep_dev_mail(), once per notice: a repeat changes nothing.
create or replace function keep_mail_once(
  p_tenant uuid, p_recipient text, p_subject text, p_body text, p_notice uuid
)
returns void
language plpgsql as $$
begin
  perform enter_tenant(p_tenant);
  insert into dev_mail (tenant_id, recipient, subject, body, notice_id)
  values (p_tenant, p_recipient, p_subject, p_body, p_notice)
  on conflict (notice_id) do nothing;
  delete from dev_mail where id <= (select id from dev_mail order by id desc offset 200 limit 1);
end
$$;
