-- Whether a schedule waits because its tenant is suspended. Written with the tenant's suspension, so that the look for
-- what is due finds none of these, however many have become due meanwhile.
alter table schedules add column suspended boolean not null default false;
update schedules s
set suspended = true
from tenants t
where t.id = s.tenant_id and t.suspended_at is not null;
drop index schedules_due;
create index schedules_due on schedules (next_at) where next_at is not null and not suspended;
