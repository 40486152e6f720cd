import { z } from "zod";
import { rpc } from "../declare.js";
import { peopleBody, peopleView } from "../http/people.js";
import { principal, sessionAccess } from "./callers.js";
import { sessionView } from "./sessions.js";

/** How the people behind an agent can be reached. Operators and above. */
export const getPeople = rpc(
  "sessions",
  "get_people",
  "sessions",
  z.object({ principal, agent: z.string() }),
  z.object({ people: peopleView }),
);

/** Members that are left out stay as they were. Editors and above. Idempotent by state. */
export const setPeople = rpc(
  "sessions",
  "set_people",
  "sessions",
  z.object({ principal, agent: z.string(), body: peopleBody }),
  z.object({ people: peopleView }),
);

/** What a visitor does who waits for a person. `languages`: as their browser asks for, BCP 47. Idempotent by state. */
export const chooseWhileWaiting = rpc(
  "sessions",
  "choose_while_waiting",
  "sessions",
  z.object({
    access: sessionAccess,
    choice: z.enum(["continue", "cancel", "email"]),
    email: z.string().nullable(),
    languages: z.array(z.string()),
  }),
  z.object({ session: sessionView }),
);
