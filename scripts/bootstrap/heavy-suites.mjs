/**
 * Suites that take long for what they judge, by group: they kill, starve, fuzz and feed hostile input, or click through the whole product.
 * `npm test` alone leaves them out; a run with a limit of time takes the groups that it has time for (bounded-run.mjs).
 */
export const LONG = {
  "page states": ["apps/{chat-page,console}/test/states.test.ts"],
  "owners and documents": ["tests/{fuzz,models}/**/*.test.ts", "tests/e2e/{distributed,owner-jobs}.test.ts"],
  "console with the product": ["tests/e2e/{console-*,live-view,signals}.test.ts"],
  "widget, demo, channel": ["tests/channel/**/*.test.ts", "tests/e2e/{demo*,widget,without-redis}.test.ts"],
  "hostile input": [
    "libs/{http,llm}/test/*{hostile,faults}*.test.ts",
    "libs/runtime/test/untrusted-reader.test.ts",
    "services/*/test/*{hostile,killed}-*.test.ts",
    "services/agent-runner/test/slow-model.test.ts",
    "services/gateway/test/unfinished-bodies.test.ts",
  ],
  "packages and operation": [
    "tests/{cluster,deploy,packages,privacy}/**/*.test.ts",
    "tools/local-servers/test/{crash,resolve-stores}.test.ts",
  ],
};

/** Suites that kill and freeze processes by the dozen, or judge how long things take: after all others, no more than two at a time. */
export const LAST = {
  chaos: ["tests/chaos/**/*.test.ts"],
  "streams and limits": ["tests/{clock,leaks,limits,model-faults,streams}/**/*.test.ts"],
  "kills and long tasks": [
    "apps/*/test/**/long-tasks.test.ts",
    "tests/privacy/killed-erasure.test.ts",
    "tests/sending/killed-sending.test.ts",
    "services/agent-runner/test/*crash*.test.ts",
    "libs/db/test/frozen.test.ts",
    // The exporter of traces is one for a process, and stays as it was first set up.
    "libs/observability/test/tracing.test.ts",
  ],
};
