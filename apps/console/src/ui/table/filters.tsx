import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "../button.js";
import { DateRange, type Days } from "../date-range.js";
import { Select } from "../select.js";
import { TextField } from "../text-field.js";
import type { Filter } from "./column.js";
import type { ListState } from "./list-state.js";
import styles from "./toolbar.module.css";

const QUIET_MS = 300;

/** The filters of a table; each change is in the address immediately. */
export function Filters({ filters, list }: { filters: readonly Filter[]; list: ListState }) {
  const isSet = filters.some(({ id }) => list.filter[id] !== undefined);
  return (
    <>
      {filters.map((filter) => (
        <div key={filter.id} className={styles[filter.type]}>
          <FilterControl filter={filter} value={list.filter[filter.id] ?? ""} list={list} />
        </div>
      ))}
      {isSet ? (
        <Button
          small
          look="quiet"
          icon={<X />}
          onClick={() => list.setFilter(Object.fromEntries(filters.map(({ id }) => [id, null])))}
        >
          Clear
        </Button>
      ) : null}
    </>
  );
}

function FilterControl({ filter, value, list }: { filter: Filter; value: string; list: ListState }) {
  const set = (next: string): void => list.setFilter({ [filter.id]: next });
  switch (filter.type) {
    case "text":
      return <TextFilter filter={filter} value={value} onChange={set} />;
    case "choice":
      return (
        <Select
          label={filter.label}
          hideLabel
          placeholder={filter.label}
          options={[{ value: "", label: `${filter.label}: any` }, ...filter.options]}
          value={value}
          onChange={set}
        />
      );
    case "days":
      return <DateRange label={filter.label} hideLabel value={daysOf(value)} onChange={(days) => set(wordOf(days))} />;
  }
}

/** Queries the server when the typing pauses, not at each letter. */
function TextFilter({
  filter,
  value,
  onChange,
}: {
  filter: Filter & { type: "text" };
  value: string;
  onChange: (value: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  const wanted = typed.trim();
  // A trailing space just typed does not change the filter, and stays.
  useEffect(() => setTyped((now) => (now.trim() === value ? now : value)), [value]);
  useEffect(() => {
    if (wanted === value) return;
    const timer = setTimeout(() => onChange(wanted), QUIET_MS);
    return () => clearTimeout(timer);
  });
  return (
    <TextField
      type="search"
      label={filter.label}
      hideLabel
      placeholder={filter.placeholder ?? filter.label}
      value={typed}
      onChange={setTyped}
    />
  );
}

function daysOf(word: string): Days {
  const [from, to] = word.split("..");
  return { from: from || null, to: to || null };
}

const wordOf = ({ from, to }: Days): string => (from === null && to === null ? "" : `${from ?? ""}..${to ?? ""}`);
