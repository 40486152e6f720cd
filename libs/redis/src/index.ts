export { connectRedis, type RedisOptions } from "./connect-redis.js";
export type { LimitCheck, LimitResult, Limits, LiveStreams, Nonces, RedisLike } from "./redis-like.js";
