import { afterAll, beforeAll, describe, onTestFailed } from "vitest";
import { type Cluster, type Shape, startCluster } from "../../cluster/cluster.js";
import { describeAudit } from "./audit.js";
import { describeBackground } from "./background.js";
import { describeEscalations } from "./escalations.js";
import { type Fixture, makeFixture } from "./fixture.js";
import { describeHostIdentity } from "./host-identity.js";
import { describeIdempotency } from "./idempotency.js";
import { describeIntruder } from "./intruder.js";
import { describeKeyScopes } from "./key-scopes.js";
import { describeLinkOwners } from "./link-owners.js";
import { describeNotes } from "./notes.js";
import { describeOwnerApi } from "./owner-api.js";
import { describeOwnerRepeats } from "./owner-repeats.js";
import { describePeople } from "./people.js";
import { describePublicLinks } from "./public-links.js";
import { describeRefusals } from "./refusals.js";
import { describeSavedReplies } from "./saved-replies.js";
import { describeSessions } from "./sessions.js";
import { describeSignedReplays } from "./signed-replays.js";
import { describeStreams } from "./streams.js";
import { describeSuspension } from "./suspension.js";
import { describeTime } from "./time.js";

/** Settings that make slow things visible in the time of a test. */
const env = {
  CLEANUP_INTERVAL_MINUTES: "0.02",
  LINK_EXPIRY_INTERVAL_SECONDS: "0.5",
  RATE_LIMIT_AUTH_FAILURES_PER_MINUTE: "1000",
};

/** The whole suite against one shape of the product; both shapes must behave alike. */
export function runSuite(shape: Shape): void {
  describe(shape, () => {
    let cluster: Cluster | undefined;
    let fixture: Fixture | undefined;
    let reported = false;
    beforeAll(async () => {
      cluster = await startCluster({ shape, env });
      fixture = await makeFixture(cluster);
    }, 120_000);
    afterAll(() => cluster?.close(), 60_000);

    const get = (): Fixture => {
      if (fixture === undefined) throw new Error("the cluster did not start");
      const { report } = fixture.cluster;
      onTestFailed(() => {
        if (!reported) process.stderr.write(`${report()}\n`);
        reported = true;
      });
      return fixture;
    };
    describeSessions(get);
    describeRefusals(get);
    describeIdempotency(get);
    describeSignedReplays(get);
    describeStreams(get);
    describePublicLinks(get);
    describeHostIdentity(get);
    describeEscalations(get);
    describePeople(get);
    describeTime(get);
    describeNotes(get);
    describeSavedReplies(get);
    describeLinkOwners(get);
    describeOwnerApi(get);
    describeSuspension(get);
    describeOwnerRepeats(get);
    describeAudit(get);
    describeKeyScopes(get);
    describeIntruder(get);
    describeBackground(get);
  });
}
