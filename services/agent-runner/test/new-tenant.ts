import { newId, type Principal, type Role } from "@parley/contracts";
import { type Db, sql } from "@parley/db";

/** A tenant without agents; answers its members by role. */
export async function newTenant(db: Db): Promise<(role: Role) => Principal & { tenantId: string }> {
  const tenantId = newId();
  await db.tenant(tenantId, (trx) => sql`insert into tenants (id, name) values (${tenantId}, 'Test')`.execute(trx));
  return (role) => ({ tenantId, role, via: "token", id: `test-${role}` });
}
