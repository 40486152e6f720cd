import { isRecord } from "@parley/web-kit";
import { Bookmark, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "../button.js";
import { IconButton } from "../icon-button.js";
import { Popover } from "../popover.js";
import { TextField } from "../text-field.js";
import { useKept } from "./kept.js";
import type { ListState } from "./list-state.js";
import styles from "./toolbar.module.css";

/** A selection with a name: `words` as in the address, `rating_max=2&sort=-cost`. */
export interface View {
  name: string;
  words: string;
}

const isView = (value: unknown): value is View =>
  isRecord(value) && typeof value.name === "string" && typeof value.words === "string";

interface SavedViewsProps {
  /** Of the table; with the name of the signed-in user, where several people share a browser. */
  id: string;
  list: ListState;
  /** Predefined views. */
  views: readonly View[];
}

export function SavedViews({ id, list, views }: SavedViewsProps) {
  const [kept, keep] = useKept(`parley-console-views:${id}`, isView);
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const current = [...views, ...kept].find(({ words }) => words === list.words);
  const show = (view: View) => () => {
    setOpen(false);
    list.setWords(view.words);
  };
  const save = (): void => {
    keep([...kept.filter((view) => view.name !== name.trim()), { name: name.trim(), words: list.words }]);
    setName("");
  };
  return (
    <Popover
      title="Views"
      align="end"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button small look="quiet" icon={<Bookmark />}>
          {current?.name ?? "Views"}
        </Button>
      }
    >
      <ul className={styles.views}>
        {[{ name: "Everything", words: "" }, ...views].map((view) => (
          <li key={view.name} className={styles.view}>
            <ViewButton view={view} current={current} onShow={show(view)} />
          </li>
        ))}
        {kept.map((view) => (
          <li key={view.name} className={styles.view}>
            <ViewButton view={view} current={current} onShow={show(view)} />
            <IconButton
              label={`Remove ${view.name}`}
              icon={<Trash2 />}
              onClick={() => keep(kept.filter((other) => other !== view))}
            />
          </li>
        ))}
      </ul>
      <form
        className={styles.save}
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== "") save();
        }}
      >
        <TextField label="Save what is shown as" value={name} onChange={setName} maxLength={60} />
        <Button type="submit">Save</Button>
      </form>
    </Popover>
  );
}

function ViewButton({ view, current, onShow }: { view: View; current: View | undefined; onShow: () => void }) {
  return (
    <button
      type="button"
      className={styles.viewName}
      aria-current={view.words === current?.words ? "true" : undefined}
      onClick={onShow}
    >
      {view.name}
    </button>
  );
}
