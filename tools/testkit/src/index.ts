export {
  type ApiClient,
  type CallOptions,
  call,
  createBearerClient,
  createSignedClient,
  type EventFollower,
  followEvents,
  type HttpAnswer,
  readEvents,
  type StreamedEvent,
  signedHeaders,
} from "./chat-client.js";
export { cloneDatabase, type FreshDatabase, PATIENT } from "./databases.js";
export { endsWithin } from "./ends-within.js";
export { eventually } from "./eventually.js";
export { tokenOf, withOtherSecret } from "./forged-token.js";
export { freeze } from "./freeze.js";
export {
  type ModelCall,
  type ModelFault,
  type ModelServer,
  type ModelServerOptions,
  startModelServer,
} from "./model-server.js";
export { programOf } from "./program.js";
export {
  describeWithRedis,
  freshDatabase,
  natsUrlOf,
  startNats,
  startPostgres,
  startRedis,
  testServers,
} from "./servers.js";
export { insertLink, insertTenant, type MakeService, type World, type WorldTenant, world } from "./world.js";
