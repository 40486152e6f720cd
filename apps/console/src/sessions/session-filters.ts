import type { SessionQuery } from "../api/session-list-calls.js";
import type { Filter } from "../ui/table/column.js";
import type { ListState, Sort } from "../ui/table/list-state.js";

const yes = (label: string) => [
  { value: "true", label },
  { value: "false", label: "No" },
];

export const TEXT: Filter = { id: "text", type: "text", label: "Words in messages" };
export const STATUS: Filter = {
  ...{ id: "status", type: "choice", label: "Status" },
  options: [
    { value: "active", label: "Live" },
    { value: "running", label: "With the agent" },
    { value: "waiting", label: "Waiting for a person" },
    { value: "with_person", label: "With a person" },
    { value: "completed", label: "Completed" },
    { value: "abandoned", label: "Abandoned" },
    { value: "error", label: "Failed" },
  ],
};
export const DAYS: Filter = { id: "days", type: "days", label: "Began" };

/** Less frequent filters; behind a button. */
export const MORE: readonly Filter[] = [
  { id: "person", type: "text", label: "Person", placeholder: "Person: e-mail or identifier" },
  {
    ...{ id: "rating", type: "choice", label: "Rating" },
    options: [1, 2, 3, 4].map((rating) => ({ value: String(rating), label: `${rating} or lower` })),
  },
  {
    ...{ id: "thumbs", type: "choice", label: "Thumbs" },
    options: [
      { value: "down", label: "An answer got a thumb down" },
      { value: "up", label: "An answer got a thumb up" },
    ],
  },
  { id: "went_badly", type: "choice", label: "Went badly", options: yes("Yes") },
  { id: "failed", type: "choice", label: "Failed turns", options: yes("A turn failed") },
  { id: "escalated", type: "choice", label: "Escalated", options: yes("A person was asked for") },
  {
    ...{ id: "review", type: "choice", label: "Review" },
    options: [
      { value: "due", label: "Waiting for review" },
      { value: "wrong", label: "Found wrong" },
      { value: "good", label: "Found good" },
    ],
  },
  { id: "node", type: "text", label: "Node", placeholder: "Reached the node (its id)" },
  { id: "cost", type: "text", label: "Cost", placeholder: "Cost at least, in US dollars" },
];

export const NAMES = ["text", "status", "agent", "days", "link", ...MORE.map(({ id }) => id)];

export const VIEWS = [
  { name: "Went badly", words: "went_badly=true" },
  { name: "To review", words: "review=due" },
  { name: "Waiting for a person", words: "status=waiting" },
  { name: "Rated 2 or lower", words: "rating=2" },
  { name: "Failed turns", words: "failed=true" },
  { name: "Most expensive first", words: "sort=-cost" },
];

const STATES = new Set(["running", "waiting", "with_person"]);
const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d\d-\d\d$/;
const dayOf = (word: string | undefined): string | undefined => (word && DAY.test(word) ? word : undefined);

/** The server's query for the address; the server's last day is exclusive, the reader's inclusive. */
export function questionOf({ filter, sort }: Pick<ListState, "filter" | "sort">): SessionQuery {
  const { status, days, rating, cost, agent, link, person, ...same } = filter;
  const [from, to] = (days ?? "").split("..").map(dayOf);
  return {
    ...same,
    ...(status !== undefined && STATES.has(status) ? { state: status } : { status }),
    ...{ agent_id: agent, link_id: link, participant: person, rating_max: rating, cost_min: cost, from },
    to: to === undefined ? undefined : new Date(Date.parse(to) + DAY_MS).toISOString().slice(0, 10),
    sort: sort === null ? undefined : SORTS[sort.id],
  };
}

/** Columns the server sorts by, with the names it uses. */
const SORTS: Readonly<Record<string, string>> = {
  last_activity: "last_activity",
  cost: "cost",
  rating: "rating",
  turns: "turns",
};

/** Each order has one direction: what needs attention comes first. A second click on a column removes it. */
export function oneWay(list: ListState): ListState {
  const wayOf = ({ id }: Sort): Sort => ({ id, descending: id !== "rating" });
  const known = list.sort !== null && SORTS[list.sort.id] !== undefined ? wayOf(list.sort) : null;
  return {
    ...list,
    sort: known,
    setSort: (sort) => list.setSort(sort === null || sort.id === known?.id ? null : wayOf(sort)),
  };
}
