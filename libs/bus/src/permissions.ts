import { type Contract, endsOf, SERVICES, type ServiceName } from "@parley/contracts";
import { inboxPrefix } from "./subject.js";
import { STREAMS } from "./topology.js";

/** What one user of the bus may do; the server refuses everything else. */
interface Permissions {
  publish: string[];
  /** A subject, or a subject and the queue group that it may be subscribed with. */
  subscribe: string[];
  /** May answer each call it was sent, once and within this time. */
  answers: { seconds: number } | null;
}

/**
 * Repairs streams of an earlier version for all (`repairStream`) and deletes facts from them. Only one service, because whoever may
 * change a stream can make it store calls.
 */
const KEEPS_STREAMS: ServiceName = "cleanup";

/** Slack for a call that was queued on the way. */
const ANSWER_SLACK_SECONDS = 30;

/** What each service needs for the messages it sends or receives, and nothing more. */
function permissionsOf(service: ServiceName, contracts: readonly Contract[]): Permissions {
  const publish = new Set<string>();
  const subscribe = new Set<string>([`${inboxPrefix(service)}.>`]);
  let seconds = 0;
  for (const { name } of STREAMS) {
    publish.add(`$JS.API.STREAM.CREATE.${name}`).add(`$JS.API.STREAM.INFO.${name}`);
    if (service === KEEPS_STREAMS) publish.add(`$JS.API.STREAM.UPDATE.${name}`).add(`$JS.API.STREAM.PURGE.${name}`);
  }
  for (const contract of contracts) {
    const { from, to } = endsOf(contract);
    const keyed = contract.kind === "rpc" ? contract.subject : `${contract.subject}.*`;
    // For work: hints addressed to one worker.
    const named = `${contract.subject}.*.*`;
    if (from.includes(service)) publish.add(keyed);
    if (from.includes(service) && contract.kind === "work") publish.add(named);
    if (!to.includes(service)) continue;
    if (contract.kind === "rpc") {
      subscribe.add(`${contract.subject} ${contract.service}`);
      seconds = Math.max(seconds, contract.deadlineMs / 1_000 + ANSWER_SLACK_SECONDS);
    } else if (contract.kind === "live") subscribe.add(keyed);
    else if (contract.kind === "event") subscribe.add(`${contract.subject}.>`);
    else {
      subscribe.add(`${keyed} ${contract.service}`).add(named);
      // A stopping worker passes on the hints it has not started.
      publish.add(keyed);
    }
  }
  return { publish: [...publish], subscribe: [...subscribe], answers: seconds === 0 ? null : { seconds } };
}

/** The part of the server's configuration that lists the users; passwords come from its environment. */
export function usersConfig(contracts: readonly Contract[]): string {
  const users = SERVICES.map((service) => userConfig(service, permissionsOf(service, contracts)));
  return `users = [\n  # All six services in one process (npm start), and an operator's tools: not restricted.\n  { user: parley, password: $NATS_PASSWORD }\n${users.join("")}]\n`;
}

/** The environment variable of the server with the password of a service. */
const passwordVariable = (service: ServiceName): string => `NATS_${service.replace("-", "_").toUpperCase()}_PASSWORD`;

function userConfig(service: ServiceName, { publish, subscribe, answers }: Permissions): string {
  const list = (subjects: string[]): string =>
    [...subjects]
      .sort()
      .map((subject) => `        "${subject}"\n`)
      .join("");
  const allowed = answers === null ? "" : `      allow_responses: { max: 1, expires: "${answers.seconds}s" }\n`;
  return `  {
    user: ${service}, password: $${passwordVariable(service)}
    permissions {
${allowed}      publish { allow: [
${list(publish)}      ] }
      subscribe { allow: [
${list(subscribe)}      ] }
    }
  }
`;
}
