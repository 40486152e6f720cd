import { getPeople, listPush, setPeople, subscribePush, unsubscribePush } from "@parley/contracts";
import type { Lookout } from "@parley/jobs";
import { createMailer, mailOAuth } from "@parley/mail";
import { createOutbound } from "@parley/outbound";
import type { SessionsDeps } from "../deps.js";
import { createCheckAddress } from "../webhooks/check-address.js";
import { getPeopleHandler, setPeopleHandler } from "./manage-people.js";
import { listPushHandler, subscribePushHandler, unsubscribePushHandler } from "./manage-push.js";
import { createNoticeRepository } from "./notice-repository.js";
import { createPeopleRepository } from "./people-repository.js";
import { createPushRepository } from "./push-repository.js";
import { startNotices } from "./send-notices.js";

/** Serves the contact settings of the people behind agents, and notifies them. Stop it before the database is closed. */
export function bindPeople(deps: SessionsDeps, lookout: Lookout): { stop(): Promise<void> } {
  const { bus, config, db, logger, metrics } = deps;
  const handlers = { ...deps, people: createPeopleRepository(db), checkAddress: createCheckAddress(config) };
  const bound = { maxInFlight: config.SESSIONS_MAX_IN_FLIGHT };
  bus.serve(getPeople, getPeopleHandler(handlers), bound);
  bus.serve(setPeople, setPeopleHandler(handlers), bound);
  const push = createPushRepository(db);
  const pushing = { ...handlers, push };
  bus.serve(listPush, listPushHandler(pushing), bound);
  bus.serve(subscribePush, subscribePushHandler(pushing), bound);
  bus.serve(unsubscribePush, unsubscribePushHandler(pushing), bound);
  const notices = createNoticeRepository(db);
  const mailer = createMailer({
    url: config.SMTP_URL,
    oauth: mailOAuth(config),
    from: config.MAIL_FROM,
    mailbox: (mail) => notices.keepMail(mail),
    logger,
  });
  const outbound = createOutbound({
    allowedCidrs: config.OUTBOUND_ALLOWED_CIDRS,
    allowTestHooks: config.ALLOW_TEST_HOOKS,
    logger,
    metrics,
  });
  const sending = startNotices({ ...deps, notices, mailer, outbound, push, lookout });
  return {
    async stop() {
      await sending.stop();
      await Promise.all([mailer.close(), outbound.close()]);
    },
  };
}
