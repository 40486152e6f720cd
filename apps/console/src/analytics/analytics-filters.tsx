import { useQuery } from "@tanstack/react-query";
import { agentsQuery } from "../agents/agent-queries.js";
import { allPages } from "../api/all-pages.js";
import type { About } from "../api/analytics-calls.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { Select } from "../ui/select.js";
import type { ListState } from "../ui/table/list-state.js";
import styles from "./analytics.module.css";

const PERIODS = [7, 30, 90, 365].map((days) => ({ value: String(days), label: `Last ${days} days` }));
const CHANNELS = [
  { value: "", label: "Every channel" },
  { value: "link", label: "Pages of links" },
  { value: "widget", label: "Widget on a site" },
  { value: "api", label: "API" },
];
const DEFAULT_DAYS = "30";

export const NAMES = ["agent", "link", "version", "channel", "days"] as const;

export const aboutOf = ({ agent, link, version, channel, days }: ListState["filter"]): About => ({
  ...{ agent, link_id: link, version, channel },
  days: PERIODS.some(({ value }) => value === days) ? days : DEFAULT_DAYS,
});

/** The sessions that the charts cover; links and versions are those of the chosen agent. */
export function AnalyticsFilters({ list: { filter, setFilter } }: { list: ListState }) {
  const api = useLinkApi();
  const { agent = "" } = filter;
  const agents = useQuery(agentsQuery(api)).data?.data ?? [];
  const links = useQuery({
    queryKey: ["links", agent, "all"],
    queryFn: answered(() => allPages((cursor) => api.links(agent, cursor))),
    enabled: agent !== "",
  }).data?.data;
  const versions = useQuery({
    queryKey: ["agent", agent, "versions", "newest"],
    queryFn: answered(() => api.versions(agent)),
    enabled: agent !== "",
  }).data?.data;
  const choice = (name: (typeof NAMES)[number], label: string, options: { value: string; label: string }[]) => (
    <Select
      label={label}
      hideLabel
      options={options}
      placeholder={options[0]?.label ?? label}
      value={filter[name] ?? (name === "days" ? DEFAULT_DAYS : "")}
      onChange={(value) => setFilter({ [name]: value, ...(name === "agent" ? { link: null, version: null } : {}) })}
    />
  );
  return (
    <div className={styles.filters}>
      {choice("days", "Period", PERIODS)}
      {choice("agent", "Agent", [
        { value: "", label: "All agents" },
        ...agents.map(({ id, name }) => ({ value: id, label: name })),
      ])}
      {links !== undefined &&
        choice("link", "Link", [
          { value: "", label: "All links" },
          ...links.map(({ id, title, token_hint }) => ({ value: id, label: title ?? token_hint })),
        ])}
      {versions !== undefined &&
        choice("version", "Version", [
          { value: "", label: "All versions" },
          ...versions.map(({ version }) => ({ value: String(version), label: `Version ${version}` })),
        ])}
      {choice("channel", "Channel", CHANNELS)}
    </div>
  );
}
