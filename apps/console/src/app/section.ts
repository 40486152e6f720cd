/** Which entry of the navigation a page belongs to. */
export type Section =
  | "overview"
  | "inbox"
  | "agents"
  | "links"
  | "sessions"
  | "schedules"
  | "trust"
  | "mail"
  | "settings";
