import { setTimeout as pause } from "node:timers/promises";
import { withPostgresClient } from "@parley/local-servers";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type MailServer, startMailServer } from "../../services/links/test/mail-server.js";
import { createRandom } from "../chaos/random.js";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createLink, createTenant, importAgent, type Tenant } from "../cluster/owner.js";

const full = process.env.SENDING_FULL === "1";
const TRIES = full ? 50 : 2;
const RECIPIENTS = full ? 1_000 : 60;
/** Within the time that such a delivery takes on a quiet machine. */
const LATEST_KILL_MS = full ? 5_000 : 500;
/** Mails that may be on their way at once when a process dies. */
const IN_HAND = 8;

let cluster: Cluster;
let server: MailServer;
let tenant: Tenant;
let agentId: string;

beforeAll(async () => {
  server = await startMailServer();
  cluster = await startCluster({
    shape: "standalone",
    env: {
      ...{ SMTP_URL: server.url, SEND_POLL_MS: "50", SCHEDULE_POLL_MS: "50", SEND_PER_RECIPIENT_DAY: "1000" },
      ...{ SEND_PER_AGENT_DAY: "1000000", SEND_PER_TENANT_DAY: "1000000" },
    },
  });
  tenant = await createTenant(cluster, "Killed");
  agentId = await importAgent(tenant, "echo", ECHO);
}, 120_000);
afterAll(async () => {
  await cluster?.close();
  await server?.close();
}, 60_000);

interface Delivery {
  status: string;
  counts: Record<string, number>;
}

/** Kills the product at once, and lets the claims of the dead process end as time would. */
async function killAndRestart(afterMs: number): Promise<void> {
  await pause(afterMs);
  const product = cluster.child("standalone");
  await product.kill();
  await withPostgresClient(cluster.database.adminUrl, async (admin) => {
    await admin.query("update send_out_recipients set claimed_until = now() where claimed_until > now()");
    await admin.query("update schedule_runs set claimed_until = now() where claimed_until > now()");
  });
  product.start();
  await product.ready(90_000);
}

const call = <Body>(method: string, path: string, body?: unknown, key?: string): Promise<Body> =>
  eventually(
    async () => {
      const options = key === undefined ? {} : { headers: { "idempotency-key": key } };
      const answer = await tenant.owner.call<Body>(method, path, body, options);
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
      return answer.body;
    },
    { timeoutMs: 60_000, intervalMs: 200 },
  );

const untilSent = (at: string): Promise<Delivery> =>
  eventually(
    async () => {
      const delivery = await call<Delivery>("GET", at);
      if (delivery.status === "sending") throw new Error(`still sending: ${JSON.stringify(delivery.counts)}`);
      return delivery;
    },
    { timeoutMs: 120_000, intervalMs: 200 },
  );

/** Every address has a mail, all copies of it have one id and one link, and only what was in hand has a second copy. Says so. */
function expectOnce(what: string, addresses: readonly string[]): void {
  const seen = addresses.map((address) => server.mails.filter(({ to }) => to === address));
  const missing = seen.filter((mails) => mails.length === 0).length;
  const twice = seen.filter((mails) => new Set(mails.map(({ messageId }) => messageId)).size > 1).length;
  process.stdout.write(`${what}: killed, ${addresses.length} mails, ${missing} missing, ${twice} twice\n`);
  expect([missing, twice]).toEqual([0, 0]);
  for (const mails of seen) {
    const text = (raw: string): string => raw.replaceAll("=\r\n", "");
    expect(new Set(mails.map(({ raw }) => /public\/chat\/(pl_\w+)/.exec(text(raw))?.[1])).size).toBe(1);
  }
  expect(seen.reduce((sum, mails) => sum + mails.length - 1, 0)).toBeLessThanOrEqual(IN_HAND);
}

describe("a process killed while it sends", () => {
  it(
    `leaves nobody without their mail or with two of different ids, ${TRIES} times`,
    async () => {
      const random = createRandom(Number(process.env.PARLEY_TEST_SEED));
      const link = await createLink(tenant, agentId, { title: "Killed" });
      const at = `/api/agents/${agentId}/public-links/${link.id}`;
      for (let n = 0; n < TRIES; n += 1) {
        const addresses = Array.from({ length: RECIPIENTS }, (_, i) => `r${i}.try${n}@example.com`);
        const body = { channel: "email", recipients: addresses };
        const { delivery_id: id } = await call<{ delivery_id: string }>("POST", `${at}/send`, body, `try-${n}`);
        await killAndRestart(random.between(0, LATEST_KILL_MS));
        const { counts } = await untilSent(`${at}/deliveries/${id}`);
        expect(counts).toMatchObject({ recipients: RECIPIENTS, sent: RECIPIENTS, failed: 0, in_doubt: 0 });
        expectOnce(`sending, try ${n + 1}`, addresses);
      }
    },
    90_000 * TRIES,
  );

  it(
    `runs each occurrence of a schedule once, ${TRIES} times`,
    async () => {
      const random = createRandom(Number(process.env.PARLEY_TEST_SEED) + 1);
      for (let n = 0; n < TRIES; n += 1) {
        const addresses = [`s.try${n}@example.com`];
        const made = await call<{ id: string }>(
          "POST",
          "/api/schedules",
          {
            ...{ cron: "0 9 * * *", timezone: "UTC", action: "create_and_send_temp_chat_link" },
            parameters: { agent: agentId, channel: "email", recipients: addresses },
          },
          `schedule-${n}`,
        );
        await withPostgresClient(cluster.database.adminUrl, (admin) =>
          admin.query("update schedules set next_at = date_trunc('second', now()) where id = $1", [made.id]),
        );
        await killAndRestart(random.between(0, 150));
        const runs = await eventually(
          async () => {
            const { data } = await call<{ data: { status: string; link_id: string; delivery_id: string }[] }>(
              "GET",
              `/api/schedules/${made.id}/runs`,
            );
            if (data.length === 0 || data.some(({ status }) => status === "pending")) throw new Error("not run yet");
            return data;
          },
          { timeoutMs: 60_000 },
        );
        expect(runs).toMatchObject([{ status: "done" }]);
        const [run] = runs;
        const of = `/api/agents/${agentId}/public-links/${run?.link_id}/deliveries`;
        await untilSent(`${of}/${run?.delivery_id}`);
        expect((await call<{ data: unknown[] }>("GET", of)).data).toHaveLength(1);
        expectOnce(`schedules, try ${n + 1}`, addresses);
      }
    },
    90_000 * TRIES,
  );
});
