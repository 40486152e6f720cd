interface AlertCase {
  /** Series of a minute's step under which it fires, and under which it is silent. */
  fires: Record<string, string>;
  silent: Record<string, string>;
  /** Labels that the alert takes from its series. */
  labels?: Record<string, string>;
  /** When it is looked at; half an hour by default. */
  at?: string;
}

const posts = (status: number, route = "/api/public/chat/:token"): string =>
  `http_request_seconds_count{method="POST",route="${route}",status="${status}"}`;
/** A minute with 1,000 messages of which so many meet a fault of ours. */
const faults = (each: number): Record<string, string> => ({
  [posts(200)]: `0+${1_000 - each}x500`,
  [posts(503)]: `0+${each}x500`,
  // What management calls meet is another matter.
  [posts(503, "/api/agents")]: "0+1000x500",
});
/** A minute with 100 first tokens of which so many come within five seconds. */
const tokens = (quick: number): Record<string, string> => ({
  'parley_model_first_token_seconds_bucket{le="5"}': `0+${quick}x500`,
  parley_model_first_token_seconds_count: "0+100x500",
});
const grows = (series: string, each: number): Record<string, string> => ({ [series]: `0+${each}x500` });
const stays = (series: string, value: number): Record<string, string> => ({ [series]: `${value}+0x500` });

/** For each alert a case in which it must fire and one, near it, in which it must not. */
export const ALERT_CASES: Record<string, AlertCase> = {
  ParleyAcceptBurnsFast: { fires: faults(20), silent: faults(10), at: "90m" },
  ParleyAcceptBurnsSlowly: { fires: faults(8), silent: faults(4), at: "7h" },
  ParleyFirstTokensBurnFast: { fires: tokens(40), silent: tokens(60), at: "90m" },
  ParleyFirstTokensBurnSlowly: { fires: tokens(80), silent: tokens(90), at: "7h" },
  ParleyTurnsWait: {
    fires: stays("turns_oldest_pending_seconds", 90),
    silent: { turns_oldest_pending_seconds: "90 2+0x100" },
  },
  ParleyTurnsGivenUp: { fires: grows("turns_given_up_total", 1), silent: grows("turns_given_up_total", 0) },
  ParleyTurnsFenced: { fires: grows("turns_fenced_total", 12), silent: grows("turns_fenced_total", 1) },
  ParleyModelFails: {
    fires: {
      ...grows('parley_model_calls_total{outcome="answered"}', 80),
      ...grows('parley_model_calls_total{outcome="timeout"}', 20),
    },
    // Calls that visitors stopped are no failures.
    silent: {
      ...grows('parley_model_calls_total{outcome="answered"}', 80),
      ...grows('parley_model_calls_total{outcome="aborted"}', 20),
    },
  },
  ParleyWakeUpsLost: { fires: grows("turns_found_by_poll_total", 20), silent: grows("turns_found_by_poll_total", 2) },
  ParleyReplicaAway: {
    fires: { ...stays('up{job="parley",service="links"}', 0), ...stays('up{job="parley",service="memory"}', 1) },
    silent: { ...stays('up{job="parley",service="links"}', 1), ...stays('up{job="other",service="x"}', 0) },
    labels: { service: "links" },
  },
  ParleyBusAway: { fires: stays("bus_connected", 0), silent: stays("bus_connected", 1) },
  ParleyDatabaseSlow: { fires: grows("turn_commit_retries_total", 6), silent: grows("turn_commit_retries_total", 1) },
  ParleyRedisAway: {
    fires: grows('parley_redis_fallbacks_total{operation="limits"}', 120),
    silent: grows('parley_redis_fallbacks_total{operation="limits"}', 12),
  },
  ParleyClockWrong: { fires: stays("clock_offset_seconds", -3), silent: stays("clock_offset_seconds", 1) },
  ParleyJobsFail: {
    fires: grows('cleanup_rounds_total{exported_job="retention",outcome="failed"}', 1),
    silent: grows('cleanup_rounds_total{exported_job="retention",outcome="ok"}', 60),
    labels: { exported_job: "retention" },
    at: "45m",
  },
  ParleySheds: { fires: grows("http_shed_total", 120), silent: grows("http_shed_total", 30) },
  ParleyStreamsWait: {
    fires: grows("gateway_streams_shed_total", 600),
    silent: grows("gateway_streams_shed_total", 60),
  },
  ParleyLoopLate: {
    fires: stays("nodejs_eventloop_lag_p99_seconds", 0.8),
    silent: stays("nodejs_eventloop_lag_p99_seconds", 0.1),
  },
  ParleyMemoryHigh: {
    fires: stays('process_resident_memory_bytes{service="gateway"}', 1_000_000_000),
    silent: stays('process_resident_memory_bytes{service="gateway"}', 300_000_000),
    labels: { service: "gateway" },
  },
  ParleyWebhooksFail: {
    fires: {
      ...grows('webhook_attempts_total{outcome="delivered"}', 4),
      ...grows('webhook_attempts_total{outcome="timeout"}', 6),
    },
    silent: {
      ...grows('webhook_attempts_total{outcome="delivered"}', 6),
      ...grows('webhook_attempts_total{outcome="timeout"}', 4),
    },
    at: "45m",
  },
  ParleyLinksNotSent: {
    fires: grows('link_messages_total{channel="mail",outcome="refused"}', 6),
    silent: grows('link_messages_total{channel="mail",outcome="sent"}', 600),
    at: "45m",
  },
  ParleyNoticesFail: {
    fires: grows('notices_total{kind="mail",outcome="refused"}', 2),
    silent: grows('notices_total{kind="mail",outcome="sent"}', 20),
    at: "45m",
  },
  ParleySecurityEventsLost: {
    fires: grows("security_events_lost_total", 1),
    silent: grows("security_events_lost_total", 0),
  },
};
