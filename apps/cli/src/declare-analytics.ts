import type { Command } from "commander";
import { analytics, FORECAST, GROUPS, listComments, QUESTIONS, rebuildAnalytics } from "./commands/analytics.js";
import { showOverview, watchTenant } from "./commands/watch-tenant.js";
import { type Done, oneOf, positive, sub } from "./declare.js";
import type { Io } from "./io.js";

/** The state of a tenant, and its events. */
export function addOverview(program: Command, io: Io, done: Done): void {
  sub(program, "overview", {
    about: "Show whether all is well: who waits, what failed, what was spent today",
    examples: ["overview", "overview --json"],
  }).action(async (options) => done(await showOverview(io, options)));
  sub(program, "watch", {
    about: "Follow events, without content; Ctrl-C ends it",
    examples: ["watch", "watch --json | jq .type"],
  }).action(async (options) => done(await watchTenant(io, options)));
}

/** Numbers about sessions. */
export function addAnalytics(program: Command, io: Io, done: Done): void {
  const parent = program.command("analytics").description("Read the numbers of sessions, by day, agent, link and more");
  for (const [question, about] of Object.entries({ ...QUESTIONS, ...FORECAST })) {
    const command = sub(parent, question, {
      about,
      examples: [`analytics ${question}`, `analytics ${question} --agent clinic-desk --csv > ${question}.csv`],
    })
      .option("-a, --agent <agent>", "only of this agent, by name or id")
      .option("--link <id>", "only of this link")
      .option("--version-number <n>", "only of this version", positive)
      .addOption(oneOf("--channel <channel>", "only of this channel", ["link", "widget", "api"]))
      .option("--days <n>", question in FORECAST ? "how many days ahead" : "how many days up to today", positive)
      .option("--csv", "as CSV");
    if (question in QUESTIONS)
      command
        .addOption(oneOf("--by <group>", "one row per group", GROUPS))
        .option("--from <day>", "first day, like 2026-11-01, UTC")
        .option("--to <day>", "last day, included");
    command.action(async (options) => done(await analytics(io, question, options)));
  }
  sub(parent, "comments", {
    about: "List visitors' comments on their ratings",
    examples: ["analytics comments --agent clinic-desk --limit 20"],
  })
    .option("-a, --agent <agent>", "only of this agent, by name or id")
    .option("--link <id>", "only of this link")
    .option("--limit <count>", "maximum number", positive, 50)
    .action(async (options) => done(await listComments(io, options)));
  sub(parent, "rebuild", {
    about: "Rebuild all numbers from the sessions, in the background",
    examples: ["analytics rebuild"],
  }).action(async (options) => done(await rebuildAnalytics(io, options)));
}
