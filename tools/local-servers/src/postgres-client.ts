import { Client } from "pg";

/** A connection to PostgreSQL for a few administrative statements. */
export type PostgresClient = Pick<Client, "query">;

/** Connects (by default within 5 s), runs `action` and always disconnects. Throws what the driver or `action` throws. */
export async function withPostgresClient<T>(
  url: string,
  action: (client: PostgresClient) => Promise<T>,
  connectTimeoutMs = 5_000,
): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs });
  // A server that goes away reports it on the running query and once more here, where nobody waits for it.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await action(client);
  } finally {
    await client.end();
  }
}
