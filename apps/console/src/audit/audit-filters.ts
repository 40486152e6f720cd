import type { Filter } from "../ui/table/column.js";
import { actionWords } from "./audit-words.js";

const ACTIONS = [
  ["*.created", "Created"],
  ["*.updated", "Changed"],
  ["*.deleted", "Deleted"],
  ["*.read", "Read"],
  ["session.*.read", "Conversation read"],
  ["*.exported", "Exported"],
  ["user.signed_in", "Signed in"],
] as const;

const THINGS = ["session", "agent", "agent_version", "link", "user", "token", "key", "webhook", "memory", "erasure"];

export const ACTION_FILTER: Filter = {
  ...{ id: "action", type: "choice", label: "What" },
  options: ACTIONS.map(([value, label]) => ({ value, label })),
};

export const OTHER_FILTERS: readonly Filter[] = [
  {
    ...{ id: "thing", type: "choice", label: "On" },
    options: THINGS.map((value) => ({ value, label: actionWords(value) })),
  },
  { id: "days", type: "days", label: "When" },
  { id: "id", type: "text", label: "Id", placeholder: "Id of the thing" },
];

/** Actors who still exist. */
export const actorFilter = (names: ReadonlyMap<string, string>): Filter => ({
  ...{ id: "who", type: "choice", label: "Who" },
  options: [...names].map(([value, label]) => ({ value, label })),
});
