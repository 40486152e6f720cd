import type { Command } from "commander";
import { erase, listErasures, showErasure, verifyReceipt } from "./commands/privacy-erase.js";
import { exportPerson } from "./commands/privacy-export.js";
import { type Done, positive, sub } from "./declare.js";
import type { Io } from "./io.js";

const ID = "018f3a5e-7c1b-7d2e-8a4f-000000000007";

/** Requests that people may make about their data. */
export function addPrivacy(program: Command, io: Io, done: Done): void {
  const privacy = program.command("privacy").description("Export or erase the data of a person, and prove it");
  addErasure(privacy, io, done);
  sub(privacy, "export", {
    about: "Write all stored data of a person to a zip file",
    examples: ["privacy export --email ada@example.com --output ada.zip"],
  })
    .requiredOption("--email <address>", "whose data")
    .requiredOption("-o, --output <file>", "output file; an existing file is not overwritten")
    .action(async (options) => done(await exportPerson(io, options)));
}

function addErasure(privacy: Command, io: Io, done: Done): void {
  sub(privacy, "erase", {
    about: "Erase a person or one session everywhere and wait for the receipt; exit code 1 when it is not done in time",
    examples: [
      "privacy erase --email ada@example.com --receipt receipt.json",
      "privacy erase --session text_tVp1tWWzDPC6Umnjx3yJeA",
    ],
  })
    .option("--email <address>", "whose data to erase")
    .option("--session <id>", "session to erase")
    .option("--receipt <file>", "write the receipt there")
    .option("--no-wait", "do not wait until it is done")
    .option("--timeout <seconds>", "how long to wait", positive, 300)
    .action(async (options) => done(await erase(io, options)));
  sub(privacy, "erasures [id]", {
    about: "List erasures, newest first, or show one with its receipt",
    examples: ["privacy erasures", `privacy erasures ${ID} --check`],
  })
    .option("--check", "with an id: search again for reappeared data; exit code 1 when there is some")
    .option("--limit <n>", "how many", positive, 50)
    .action(async (id: string | undefined, options) =>
      done(id === undefined ? await listErasures(io, options) : await showErasure(io, id, options)),
    );
  sub(privacy, "verify <file>", {
    about: "Check that the server has signed a receipt; - reads standard input; exit code 1 when it has not",
    examples: ["privacy verify receipt.json"],
  }).action(async (file, options) => done(await verifyReceipt(io, file, options)));
}
