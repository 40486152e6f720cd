import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DemoAgent } from "@parley/links-service";

/** The repository's root, from `src` and from `dist` alike. */
const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");

const open = { max_sessions: 10_000, rate_limit_per_minute: 60, expires_in_hours: null };

/** The three agents a first start brings, one open link each. */
export function demoAgents(): DemoAgent[] {
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
