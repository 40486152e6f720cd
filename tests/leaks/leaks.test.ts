import { randomBytes } from "node:crypto";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { type Driven, drive } from "./drive.js";
import { dumpAll, latin1, type Place } from "./dump.js";
import { findings } from "./find.js";
import { describeUniformRefusal } from "./uniform-refusal.js";

const SECRET_KEY = randomBytes(32).toString("base64url");
const MANY = String(1_000_000);

let cluster: Cluster;
let driven: Driven;
let places: Place[];

beforeAll(async () => {
  cluster = await startCluster({
    ...{ shape: "standalone", wholeLogs: true },
    env: {
      ...{ LOG_LEVEL: "debug", SECRET_KEY, MODEL_PRICES: '{"*": {"input": 1, "output": 1}}' },
      ...{
        RATE_LIMIT_ADDRESS_PER_MINUTE: MANY,
        RATE_LIMIT_VERIFY_PER_MINUTE: MANY,
        RATE_LIMIT_AUTH_FAILURES_PER_MINUTE: MANY,
      },
    },
  });
  driven = await drive(cluster, [
    { kind: "ADMIN_API_KEY", value: cluster.apiKey },
    { kind: "SECRET_KEY", value: SECRET_KEY },
  ]);
  // What is told behind the answer has arrived too.
  places = await eventually(
    async () => {
      const all = await dumpAll(cluster);
      expect(findings(all, signs())).toEqual(expect.arrayContaining(SEEN.map((text) => expect.stringContaining(text))));
      // A payload is sealed with its first attempt, which is made a moment after its event.
      expect(findings(all, [driven.email])).not.toContain("e-mail in database webhook_deliveries.data");
      return all;
    },
    { timeoutMs: 30_000, intervalMs: 500 },
  );
}, 180_000);
afterAll(() => cluster?.close(), 60_000);

/** Live streams and the bus get their share behind the answers. */
const SEEN = ["tenant in database tenants.id", "session in redis stream parley:live", "session in nats "];
const signs = () => [
  { kind: "tenant", value: driven.signs.tenantId },
  { kind: "session", value: driven.signs.sessionId },
];
const stores = (...names: Place["store"][]): Place[] => places.filter(({ store }) => names.includes(store));

/** The columns that are made to hold what a person wrote; the answers of the scripted model repeat message and file. */
const AT_HOME = [
  "feedback in database session_feedback.text",
  "file in database session_events.payload",
  "file in database session_file_chunks.data",
  "file in database session_turns.result",
  "file in database session_turns.trace",
  "file in database text_conversation_messages.content",
  "message in database session_events.payload",
  "message in database session_turns.content",
  "message in database session_turns.result",
  "message in database session_turns.trace",
  "message in database text_conversation_messages.content",
  "reason in database escalations.reason",
  "reason in database session_events.payload",
];

describe("the search for leaks", () => {
  it.each([
    ["as it is", (value: string) => value],
    ["as hex", (value: string) => Buffer.from(value).toString("hex")],
    ["in base64, alone", (value: string) => Buffer.from(value).toString("base64")],
    ["in base64, behind one byte", (value: string) => Buffer.from(`a${value}b`).toString("base64")],
    ["in base64url, behind two bytes", (value: string) => Buffer.from(`ab${value}c`).toString("base64url")],
  ])("finds a value %s", (_how, spell) => {
    for (const value of ["MKrc8dT2qsJHzZ5LsW03ab9e", "größe?>>~~ über 17 Zeichen"]) {
      const place: Place = { store: "logs", name: "x", content: latin1(`{"a":"${spell(value)}"}`) };
      expect(findings([place], [{ kind: "it", value }])).toEqual(["it in logs x"]);
    }
  });

  it("finds the bytes of a key, raw and encoded", () => {
    const key = randomBytes(24);
    const wanted = { kind: "key", value: key.toString("latin1"), encoding: "latin1" } as const;
    for (const content of [`a${key.toString("latin1")}b`, `whsec_${key.toString("base64")}`])
      expect(findings([{ store: "logs", name: "x", content }], [wanted])).toEqual(["key in logs x"]);
  });

  it("finds a short number on its own, and not within another", () => {
    const at = (content: string) =>
      findings([{ store: "logs", name: "x", content }], [{ kind: "code", value: "004217" }]);
    expect([at('"code":"004217"'), at("Your code is 004217.")]).toEqual([["code in logs x"], ["code in logs x"]]);
    expect([at("1004217"), at("12:00:00.004217+00"), at("a004217f")]).toEqual([[], [], []]);
  });
});

describe("a dump of the database, Redis, the files of NATS and the logs at debug level", () => {
  it("contains the log lines that an operator needs, including those of debug level and of refused requests", () => {
    const events = [
      ...["session.created", "session.ended", "message.accepted", "turn.committed", "turn.called", "turn.transition"],
      ...["escalation.opened", "stream.opened", "stream.closed", "http.request", "http.refused"],
      ...["model.attempt_failed", "outbound.done"],
    ];
    const lines = ['"level":"debug"', ...events.map((event) => `"msg":"${event}"`)];
    const found = findings(
      stores("logs"),
      lines.map((value) => ({ kind: value, value })),
    );
    expect(found).toEqual(lines.toSorted().map((line) => `${line} in logs standalone`));
  });

  it("contains no token, key, PIN or other secret in plain text", () => {
    for (const { kind, value } of driven.secrets) expect([kind, value.length >= 20]).toEqual([kind, true]);
    expect(findings(places, driven.secrets)).toEqual([]);
  });

  it("contains a mailed code only in the development mailbox", () => {
    expect(findings(places, [driven.mailCode])).toEqual(["mail code in database dev_mail.body"]);
  });

  it("never contains the secret of a header, because it is sealed in the agent's document", () => {
    expect(findings(places, [driven.headerSecret])).toEqual([]);
  });

  it("contains nothing of a refused message", () => {
    expect(findings(places, [driven.refused])).toEqual([]);
  });

  it("contains no message text in logs and in the files of NATS", () => {
    expect(findings(stores("logs", "nats"), [driven.email, ...driven.texts])).toEqual([]);
  });

  it("contains message text in Redis only for live streams, for at most ten minutes", () => {
    const found = findings(stores("redis"), [driven.email, ...driven.texts]);
    expect(found).toEqual(["file", "message", "reason"].map((kind) => `${kind} in redis stream parley:live`));
    for (const { name, livesMs } of stores("redis")) {
      if (name !== "stream parley:live") continue;
      expect(livesMs).toBeGreaterThan(0);
      expect(livesMs).toBeLessThanOrEqual(600_000);
    }
  });

  it("contains an address only in the intended columns", () => {
    const columns = ["dev_mail.recipient", "text_conversations.participant", "text_conversations.participant_email"];
    expect(findings(stores("database"), [driven.email])).toEqual(columns.map((name) => `e-mail in database ${name}`));
  });

  it("contains message text only in the intended columns", () => {
    expect(findings(stores("database"), driven.texts)).toEqual(AT_HOME);
  });
});

describeUniformRefusal(() => ({ cluster, tenant: driven.tenant }));
