import { z } from "zod";
import { reviewVerdict } from "./reviews.js";
import { SESSION_EXAMPLE, sessionResource } from "./sessions.js";

const text = z.string();
const iso = text.describe("ISO 8601, UTC, milliseconds");

export const sessionState = z.enum(["running", "waiting", "with_person", "ended"]);
/** `due`: it deserves a look, and nobody has looked. */
export const reviewState = z.enum(["due", "good", "wrong"]);
export const sessionSort = z.enum(["newest", "last_activity", "cost", "rating", "turns"]);

/** What a line of a list says of a session beside what it is. */
export const sessionTriage = {
  title: text.nullable().describe("First message of the visitor, at most 120 characters; null for viewers"),
  person: text.nullable().describe("Name, address or identifier of the person, whichever is known first"),
  agent_name: text.nullable(),
  link_title: text.nullable(),
  state: sessionState.describe("`waiting`: for a person, since `waiting_since`; `with_person`: one has it"),
  last_activity_at: iso,
  cost: z.number().nullable().describe("US dollars; null = a call had no known price"),
  rating: z.int().min(1).max(5).nullable(),
  thumbs_up: z.int().min(0),
  thumbs_down: z.int().min(0),
  failed_turns: z.int().min(0),
  escalated: z.boolean().describe("A human was requested"),
  went_badly: z
    .boolean()
    .describe(
      "Rated 2 or lower, an answer with thumbs down, a failed turn, or a person who was asked for and never came",
    ),
  sampled: z.boolean().describe("Part of the random sample of 5% for review"),
  review: reviewVerdict.nullable().describe("Verdict of the team; null = not reviewed"),
};

export const listedSession = sessionResource.extend(sessionTriage).meta({
  id: "ListedSession",
  description: "A session in a list",
  examples: [
    {
      ...SESSION_EXAMPLE,
      title: "Where is my order?",
      person: "Ada",
      agent_name: "Clinic desk",
      link_title: "Front desk",
      state: "waiting",
      last_activity_at: "2026-11-01T10:00:00.000Z",
      waiting_since: "2026-11-01T10:00:00.000Z",
      cost: 0.0004,
      rating: 2,
      thumbs_up: 0,
      thumbs_down: 1,
      failed_turns: 0,
      escalated: true,
      went_badly: true,
      sampled: false,
      review: null,
    },
  ],
});
