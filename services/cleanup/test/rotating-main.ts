import { connectDb, keepHashRoot } from "@parley/db";
import { createLogger } from "@parley/observability";
import { createSecrets } from "@parley/secrets";
import { rotateKeys } from "../src/key-rotation/rotate-keys.js";

/** A process that changes the master key of a database, for a test that kills it: tells when it begins, and ends when it is done. */
const { DATABASE_URL: url = "", SECRET_KEY: key = "", SECRET_KEY_PREVIOUS: previous = "" } = process.env;
const logger = createLogger({ service: "test", level: "silent" });
const [db, secrets] = [connectDb({ url, name: "rotation", logger }), createSecrets(key, previous)];
await keepHashRoot({ db, secrets, logger, onWrongKey: "go on" }).start(new AbortController().signal);
const rotate = rotateKeys({ db, secrets, logger });
process.stdout.write("begun\n");
const principal = { tenantId: null, role: "owner", via: "hmac", id: "test" } as const;
let cursor: string | null = null;
do {
  const done: Awaited<ReturnType<typeof rotate>> = await rotate({ principal, cursor });
  cursor = done.nextCursor;
} while (cursor !== null);
await db.close();
