import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openApiDocument } from "@parley/gateway-service";
import { chartSchema } from "./chart-schema.js";
import { envExample } from "./configuration.js";
import { errorsPage } from "./errors-page.js";
import { eventsPage } from "./events-page.js";
import { logEventsPage } from "./log-events-page.js";
import { metricsPage } from "./metrics-page.js";
import { natsUsers } from "./nats-users.js";
import { operationsSource } from "./operations.js";
import { webhookFactSql } from "./webhook-facts.js";

export interface Document {
  /** Relative to the root of the repository. */
  path: string;
  make(): Promise<string>;
}

/** Every generated file that needs no server. */
export function documents(root: string): Document[] {
  return [
    { path: "docs/errors.md", make: async () => errorsPage() },
    { path: "docs/events.md", make: async () => eventsPage(root) },
    { path: "docs/log-events.md", make: async () => logEventsPage(root) },
    { path: "docs/metrics.md", make: async () => metricsPage(root) },
    { path: "docs/openapi.json", make: async () => `${JSON.stringify(await openApiDocument(), null, 2)}\n` },
    { path: "libs/client/src/operations.ts", make: async () => operationsSource(await openApiDocument()) },
    { path: "deploy/nats/users.conf", make: async () => natsUsers() },
    { path: "libs/db/functions/webhooks/webhook_fact.sql", make: async () => webhookFactSql() },
    { path: "deploy/helm/parley/values.schema.json", make: async () => chartSchema() },
    { path: ".env.example", make: async () => envExample() },
  ];
}

/** The file as it is; empty when it is not there. */
export function current(root: string, path: string): string {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch {
    return "";
  }
}

/** Compares the documents with the files below `root`, writes the stale ones if asked to, and answers their paths. */
export async function settle(root: string, wanted: Document[], options: { write: boolean }): Promise<string[]> {
  const stale: string[] = [];
  for (const { path, make } of wanted) {
    const text = await make();
    if (current(root, path) === text) continue;
    stale.push(path);
    if (!options.write) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return stale;
}
