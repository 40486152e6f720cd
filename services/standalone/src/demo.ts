import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DemoAgent } from "@parley/links-service";

/** The repository's root, from `src` and from `dist` alike. */
const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");

const open = { max_sessions: 10_000, rate_limit_per_minute: 60, expires_in_hours: null };

/** Whoever finds a link on the network spends the owner's model key, so it ends, and its spending too. */
const limited = { max_sessions: 100, expires_in_hours: 24, budget: { max_tokens: 500_000, hard: true } };

/** The three agents a first start brings, one open link each; on a machine that others reach without https, one that ends. */
export function demoAgents(exposed: boolean): DemoAgent[] {
  return agents().map((agent) =>
    exposed ? { ...agent, link: { ...agent.link, ...limited }, linkKind: ":limited" } : agent,
  );
}

function agents(): DemoAgent[] {
  const document = (name: string): string => readFileSync(join(root, "examples/agents", `${name}.json`), "utf8");
  return [
    {
      slug: "clinic-desk",
      document: document("clinic-desk"),
      link: {
        ...open,
        title: "Clinic desk",
        description: "Questions and appointments at the demo clinic",
        welcome_message:
          "Welcome. You are talking to an automated assistant; please do not share medical emergencies here.",
      },
    },
    {
      slug: "support",
      document: document("support"),
      link: {
        ...open,
        title: "Support",
        description: "Help with your account and orders",
        branding: { colour: "#0f766e" },
      },
    },
    {
      slug: "feedback",
      document: document("feedback"),
      link: { ...open, title: "Feedback", description: "Two minutes, anonymous", branding: { colour: "#7c3aed" } },
    },
  ];
}
