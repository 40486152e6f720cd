export { connectRedis, type RedisOptions } from "./connect-redis.js";
export type {
  LimitCheck,
  LimitResult,
  Limits,
  LiveStreams,
  Nonces,
  RedisLike,
  Watch,
  WatchedResult,
} from "./redis-like.js";
