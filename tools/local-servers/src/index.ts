export { type ResolveOptions, type Row, type Store, StoresError } from "./contract.js";
export { removeDataFolder } from "./data-folder.js";
export { findPostgres } from "./find-programs.js";
export { natsUrlOf } from "./nats-server.js";
export { type PostgresClient, withPostgresClient } from "./postgres-client.js";
export { resolveStores } from "./resolve-stores.js";
export { type OwnServer, startOwnServer } from "./start-private.js";
export { sweepAbandonedFolders } from "./sweep.js";
export { formatTable } from "./table.js";
