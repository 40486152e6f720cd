export { sql } from "kysely";
export { applicationUrl, connectDb, type Db, type Transaction } from "./connection.js";
export { databaseFailure, isStatementFault, logLevelFor, raisedFailure, sqlStateOf } from "./failure.js";
export { groupCommit } from "./group.js";
export { keepHashRoot } from "./hash-root.js";
export { onceHeld } from "./held-request.js";
export {
  beginLong,
  claimBy,
  claimOnce,
  type LongRequest,
  type NamedRequest,
  type Once,
  OPERATOR_WIDE,
  once,
  type Repeatable,
  recall,
} from "./idempotency.js";
export { listMigrations } from "./list-migrations.js";
export { migrate } from "./migrate.js";
export { namedCall } from "./named-call.js";
export { changeWithFacts, type Fact, type FactPublisher } from "./outbox.js";
export { awaitSchema } from "./schema-release.js";
