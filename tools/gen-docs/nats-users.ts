import { usersConfig } from "@parley/bus";
import * as contracts from "@parley/contracts";

const isContract = (value: unknown): value is contracts.Contract =>
  typeof value === "object" && value !== null && "kind" in value && "subject" in value;

/** Every message that is declared, by the name it is exported under. */
export const declaredMessages: { name: string; contract: contracts.Contract }[] = Object.entries(contracts).flatMap(
  ([name, value]) => (isContract(value) ? [{ name, contract: value }] : []),
);

const INTRO = `# The users of the bus and what each may do: just the messages that its service sends and receives.
# Generated from \`libs/contracts/src\` by \`npm run docs:generate\`; do not edit. Included by nats.conf.
`;

/** \`deploy/nats/users.conf\`. */
export const natsUsers = (): string => `${INTRO}${usersConfig(declaredMessages.map(({ contract }) => contract))}`;
