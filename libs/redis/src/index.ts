export { connectRedis } from "./connect-redis.js";
export type { LimitCheck, Limits, LiveStreams, RedisLike, Watch, WatchedResult } from "./redis-like.js";
