/** Which of our libraries a library may import. A library that is not listed may import nothing of ours. */
export const LIBRARY_IMPORTS = {
  contracts: [],
  observability: [],
  "local-servers": [],
  // What chat page and console share; it knows neither.
  "web-kit": [],
  "chat-page": ["web-kit"],
  widget: ["web-kit"],
  console: ["web-kit", "client", "workflow-document"],
  docs: ["web-kit", "client"],
  // What others embed: it knows the product by its HTTP interface alone.
  client: [],
  cli: ["client"],
  mail: ["contracts", "observability"],
  outbound: ["contracts", "observability"],
  workflow: ["contracts"],
  // The text of a document as a graph, for servers and browsers.
  "workflow-document": ["contracts", "workflow"],
  secrets: ["contracts"],
  bus: ["contracts", "observability"],
  db: ["contracts", "observability"],
  redis: ["contracts", "observability"],
  http: ["contracts", "observability"],
  llm: ["contracts", "observability"],
  runtime: ["contracts", "observability"],
  // Background work: polls, claims, retries, outbox.
  jobs: ["contracts", "observability", "db"],
  // The interpreter: drives the engine, and reaches models, knowledge, other servers and live streams.
  turns: ["contracts", "observability", "workflow", "bus", "llm", "outbound", "redis"],
  // Serves the tests alone, which may touch everything below the services.
  testkit: ["contracts", "observability", "db", "local-servers", "bus", "redis", "http", "secrets", "llm", "runtime"],
};

/** Libraries of which only types may be imported: no server code in a browser bundle. */
export const LIBRARY_TYPES = {
  console: ["contracts"],
};

/** What a service of this name must not import, and why. `*` counts for every service but standalone. */
export const SERVICE_REFUSALS = {
  gateway: {
    db: "the gateway has no way to the database",
    llm: "the gateway does not talk to models",
    workflow: "the gateway does not know the engine",
  },
  "*": {
    "local-servers": "only standalone starts servers",
    testkit: "testkit is for tests",
  },
};

/** Composition only: the one package that may import services. */
export const COMPOSITION = "standalone";

/** Clients of vendors live in one library each, so that replacing one touches one folder. */
export const VENDORS = [
  { name: /^(@nats-io\/|nats$|nats\.ws$)/, allowed: ["libs/bus", "tools/local-servers"] },
  { name: /^(ioredis|redis)$/, allowed: ["libs/redis"] },
  { name: /^(pg|pg-pool|postgres)$/, allowed: ["libs/db", "tools/local-servers"] },
  { name: /^kysely$/, allowed: ["libs/db"] },
  { name: /^openai$/, allowed: ["libs/llm"] },
  { name: /^undici$/, allowed: ["libs/llm", "libs/outbound"] },
];

export const REFUSED_NAMES = ["utils", "helpers", "common", "shared"];

/** Most lines of a file; ADR 0042 has the reasons, and the reason of each exception. */
export const FILE_LINES = { src: 300, test: 500 };
export const LONG_FILES = [
  // Written from docs/openapi.json.
  "libs/client/src/operations.ts",
];

/** Our packages that any test may use without listing them: they depend on the libraries, which must not depend on them. */
export const TEST_PACKAGES = ["@parley/testkit", "@parley/local-servers"];

/** Tests that read the schemas of gateway routes until contracts declares them. */
export const TESTS_OUTSIDE = ["libs/client/test/types.test.ts"];

/** Services whose tests drive another service too. */
export const TESTS_WITH_SERVICES = { "agent-runner": ["@parley/sessions-service"] };

/** What the engine must not know: it gets time and chance as values and gives effects back. */
export const IMPURE = [
  { what: "Date", pattern: /\bDate\b/g },
  { what: "Math.random", pattern: /\bMath\s*\.\s*random\b/g },
  { what: "process", pattern: /\bprocess\b/g },
  { what: "async", pattern: /\basync\b/g },
  { what: "await", pattern: /\bawait\b/g },
  { what: "Promise", pattern: /\bPromise(Like)?\b/g },
  { what: "a timer", pattern: /\b(setTimeout|setInterval|setImmediate|queueMicrotask)\b/g },
  { what: "the network", pattern: /\bfetch\b/g },
  { what: "performance", pattern: /\bperformance\b/g },
  { what: "crypto", pattern: /\bcrypto\b/g },
];
