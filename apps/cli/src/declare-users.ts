import { Argument, type Command } from "commander";
import { changeRole, disableUser, inviteUser, listUsers, removeUser, signOutUser } from "./commands/users.js";
import { type Done, oneOf, sub } from "./declare.js";
import type { Io } from "./io.js";

const ID = "01890a5d-ac96-774b-bcce-b302099a8057";
const ROLES = ["owner", "admin", "editor", "operator", "viewer"] as const;

/** Users of the console, and their roles. */
export function addUsers(program: Command, io: Io, done: Done): void {
  const users = program.command("users").description("List, invite, change, disable and remove users of the console");
  sub(users, "list", { about: "List the users of the tenant and their state", examples: ["users list"] }).action(
    async (options) => done(await listUsers(io, options)),
  );
  sub(users, "invite <email>", {
    about: "Let a person sign in to the console, and invite them by mail",
    examples: ["users invite grace@example.com --role operator --name Grace"],
  })
    .addOption(oneOf("--role <role>", "what the person may do", ROLES).default("viewer"))
    .option("--name <name>", "name of the person")
    .action(async (email, options) => done(await inviteUser(io, { ...options, email })));
  sub(users, "role <id>", {
    about: "Change a person's role immediately; the last owner who has signed in stays one",
    examples: [`users role ${ID} admin`],
  })
    .addArgument(new Argument("<role>", "what the person may do").choices(ROLES))
    .action(async (id, role, options) => done(await changeRole(io, { ...options, id, role })));
  sub(users, "sign-out <id>", {
    about: "End all sessions of a person immediately; they may sign in again",
    examples: [`users sign-out ${ID}`],
  }).action(async (id, options) => done(await signOutUser(io, { ...options, id })));
  sub(users, "disable <id>", {
    about: "Disable a person and end their sessions immediately, until they are enabled",
    examples: [`users disable ${ID}`],
  }).action(async (id, options) => done(await disableUser(io, { ...options, id, disabled: true })));
  sub(users, "enable <id>", {
    about: "Let a disabled person sign in again",
    examples: [`users enable ${ID}`],
  }).action(async (id, options) => done(await disableUser(io, { ...options, id, disabled: false })));
  sub(users, "remove <id>", {
    about: "Remove a person and end their sessions immediately",
    examples: [`users remove ${ID}`],
  }).action(async (id, options) => done(await removeUser(io, { ...options, id })));
}
