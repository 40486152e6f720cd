import { type Command, InvalidArgumentError, Option } from "commander";
import { DEFAULT_URL } from "./settings.js";

export type Done = (exitCode: number) => void;

interface About {
  about: string;
  examples: string[];
  /** False = it never calls the server. */
  remote?: boolean;
  /** Arguments that are whole numbers from 1. */
  numbers?: readonly string[];
}

/** A command with the common options. */
export function sub(parent: Command, usage: string, { about, examples, remote = true, numbers = [] }: About): Command {
  const command = parent.command(usage).description(about);
  // Parsed by commander: it does not report errors that an action throws itself.
  for (const argument of command.registeredArguments)
    if (numbers.includes(argument.name())) argument.argParser(positive);
  if (remote)
    command
      .option("-t, --tenant <id>", "tenant to work in (PARLEY_TENANT)")
      .option("--url <address>", `address of the gateway (PARLEY_URL, ${DEFAULT_URL})`);
  return command
    .option("--json", "answer as JSON")
    .addHelpText("after", `\nExamples:\n${examples.map((example) => `  $ parley ${example}`).join("\n")}`);
}

/** An option with one of these values. */
export const oneOf = (flags: string, about: string, words: readonly string[]): Option =>
  new Option(flags, about).choices(words);

export function positive(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError("It must be a whole number from 1.");
}

/** Hours may have a fraction. A word that is not a number must not pass: JSON would turn it into `null`, which means "never". */
export function positiveHours(text: string): number {
  const hours = Number(text);
  if (text.trim() !== "" && Number.isFinite(hours) && hours > 0) return hours;
  throw new InvalidArgumentError("It must be a number of hours above 0.");
}
