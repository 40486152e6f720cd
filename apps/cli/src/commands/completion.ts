import type { Command, Option } from "commander";
import { EXIT, type Io, usageError } from "../io.js";
import { printJson, printLine } from "../report.js";

/** Each asks this program for the possible words at the cursor, and offers files where there are none. */
const SCRIPTS = {
  bash: `_parley() {
  local IFS=$'\\n' cur
  cur="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=($(compgen -W "$(parley complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1)" -- "$cur"))
}
complete -o default -F _parley parley`,
  zsh: `#compdef parley
_parley() {
  local -a found
  found=("\${(@f)$(parley complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null | sed 's/:/\\\\:/g; s/\\t/:/')}")
  if [[ -n "$found[1]" ]]; then _describe parley found; else _files; fi
}
compdef _parley parley`,
  fish: `function __parley_complete
  set -l words (commandline -opc) (commandline -ct)
  parley complete -- $words[2..-1] 2>/dev/null
end
complete -c parley -f -n '__parley_complete | string length -q' -a '(__parley_complete)'`,
} as const;

type Shell = keyof typeof SCRIPTS;
export const SHELLS = ["bash", "zsh", "fish"] as const satisfies readonly Shell[];

export function showCompletion(io: Io, wanted: string, options: { json?: boolean }): number {
  const shell = SHELLS.find((known) => known === wanted);
  if (shell === undefined) throw usageError(`Name a shell: ${SHELLS.join(", ")}.`);
  if (options.json) printJson(io, { shell, script: SCRIPTS[shell] });
  else printLine(io, SCRIPTS[shell]);
  return EXIT.ok;
}

/** One candidate per line, followed by a tab and its description. The last word is the incomplete one at the cursor. */
export function complete(io: Io, program: Command, words: readonly string[]): number {
  for (const { word, about } of candidates(program, words))
    printLine(io, about === "" ? word : `${word}\t${about.replaceAll(/\s+/g, " ")}`);
  return EXIT.ok;
}

interface Candidate {
  word: string;
  about: string;
}

function candidates(program: Command, words: readonly string[]): Candidate[] {
  const typed = words.at(-1) ?? "";
  let command = program;
  let open: Option | undefined;
  for (const word of words.slice(0, -1)) {
    if (open !== undefined) open = undefined;
    else if (word.startsWith("-")) open = optionOf(command, word);
    else {
      const child = visible(command).find((one) => one.name() === word);
      // In a group every word is a command; after a command it is an argument.
      if (child === undefined && command.commands.length > 0) return [];
      command = child ?? command;
    }
  }
  const fits = ({ word }: Candidate): boolean => word.startsWith(typed);
  // The value of an option: its choices, or nothing known to this program.
  if (open !== undefined) return (open.argChoices ?? []).map((word) => ({ word, about: "" })).filter(fits);
  if (typed.startsWith("-")) {
    const flags = command.options.filter(({ hidden }) => !hidden);
    const options = flags.map(({ long, short, description }) => ({ word: long ?? short ?? "", about: description }));
    return [...options, { word: "--help", about: "explain this command" }].filter(fits);
  }
  return visible(command)
    .map((child) => ({ word: child.name(), about: child.description() }))
    .filter(fits);
}

/** The option that expects the next word as its value. */
function optionOf(command: Command, word: string): Option | undefined {
  const option = command.options.find(({ long, short }) => long === word || short === word);
  return option !== undefined && (option.required || option.optional) ? option : undefined;
}

const visible = (command: Command): Command[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .filter((child) => child.name() !== "help");
