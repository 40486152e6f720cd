import type { StoreName } from "./contract.js";

const hints = {
  postgres: { label: "PostgreSQL 15 or newer", apt: "postgresql", brew: "postgresql@17", variable: "DATABASE_URL" },
  nats: { label: "NATS 2.9.10 or newer", apt: "nats-server", brew: "nats-server", variable: "NATS_URL" },
  redis: { label: "Redis 6.2 or newer", apt: "redis-server", brew: "redis", variable: "REDIS_URL" },
} as const;

/** One message that says what is missing, why each source failed, and one line per way to get it. */
export function missingStoresMessage(missing: { name: StoreName; reasons: string[] }[]): string {
  const names = missing.map(({ name }) => name);
  const list = (key: "apt" | "brew" | "variable") => names.map((name) => hints[name][key]);
  return [
    `Missing: ${names.map((name) => hints[name].label).join(", ")}.`,
    ...missing.map(({ name, reasons }) => `  ${name}: ${reasons.join("; ")}`),
    "Any one of these helps:",
    `  Debian, Ubuntu:  sudo apt-get install -y --no-install-recommends ${list("apt").join(" ")}`,
    `  macOS:           brew install ${list("brew").join(" ")}`,
    "  Docker:          start the docker engine and run this command again; containers are started from it",
    `  Your own:        set ${list("variable").join(", ")}`,
  ].join("\n");
}
