export { cloneDatabase, type FreshDatabase } from "./databases.js";
export { eventually } from "./eventually.js";
export {
  describeWithRedis,
  freshDatabase,
  startNats,
  startPostgres,
  startRedis,
  type TestServers,
  testServers,
} from "./servers.js";
