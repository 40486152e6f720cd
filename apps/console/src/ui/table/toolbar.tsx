import { Columns3, Download } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "../button.js";
import { csv } from "../csv.js";
import { Menu, MenuCheck } from "../menu.js";
import { notify } from "../notify.js";
import { refusalOf } from "../refusal.js";
import { saveFile } from "../save-file.js";
import type { Column, Filter } from "./column.js";
import { Filters } from "./filters.js";
import type { ListState } from "./list-state.js";
import { SavedViews, type View } from "./saved-views.js";
import styles from "./toolbar.module.css";
import { CSV_ROWS, type RowSource } from "./use-list.js";

interface ToolbarProps<T> {
  id: string;
  list: ListState;
  source: RowSource<T>;
  columns: readonly Column<T>[];
  filters: readonly Filter[];
  views: readonly View[];
  /** The server's own CSV. */
  file: (() => Promise<string>) | undefined;
  /** Ids of the shown columns, regardless of the table's width. */
  shown: ReadonlySet<string>;
  onShow: (id: string, shown: boolean) => void;
  children?: ReactNode;
}

export function Toolbar<T>(props: ToolbarProps<T>) {
  const { id, list, source, columns, filters, views, file, shown, onShow, children } = props;
  const [busy, setBusy] = useState(false);
  const download = (): void => {
    setBusy(true);
    (file ?? (async () => textOf(columns, await source.all())))()
      .then((text) => saveFile(`${id}.csv`, text, "text/csv;charset=utf-8"))
      .catch((error: unknown) => notify.problem(refusalOf(error).detail))
      .finally(() => setBusy(false));
  };
  return (
    <div className={styles.toolbar}>
      <Filters filters={filters} list={list} />
      <span className={styles.space} />
      {source.outdated ? (
        <Button small onClick={source.retry}>
          This list has changed. Reload it
        </Button>
      ) : null}
      {children}
      <SavedViews id={id} list={list} views={views} />
      <Menu
        label="Columns"
        trigger={
          <Button small look="quiet" icon={<Columns3 />}>
            Columns
          </Button>
        }
      >
        {columns.map((column) => (
          <MenuCheck key={column.id} checked={shown.has(column.id)} onChange={(next) => onShow(column.id, next)}>
            {column.header}
          </MenuCheck>
        ))}
      </Menu>
      <Button small look="quiet" icon={<Download />} busy={busy} onClick={download}>
        CSV
      </Button>
    </div>
  );
}

function textOf<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  if (rows.length >= CSV_ROWS) notify.good(`The file has the first ${CSV_ROWS.toLocaleString()} rows.`);
  return csvOf(columns, rows);
}

function csvOf<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  const told = columns.flatMap(({ header, value }) => (value === undefined ? [] : [{ header, value }]));
  const cell = (value: string | number | boolean | null | undefined): string | number =>
    typeof value === "number" ? value : String(value ?? "");
  return csv([told.map(({ header }) => header), ...rows.map((row) => told.map(({ value }) => cell(value(row))))]);
}
