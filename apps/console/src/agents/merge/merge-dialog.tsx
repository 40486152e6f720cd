import { useMemo, useState } from "react";
import { Button } from "../../ui/button.js";
import { MergeView } from "../../ui/code/code-editor.js";
import { Dialog } from "../../ui/dialog.js";
import { TextArea } from "../../ui/text-field.js";
import { languageOf } from "../language.js";
import styles from "./merge.module.css";
import { mergedText, mergeTexts, type Part, type Sides } from "./three-way.js";

type Conflict = Extract<Part, { type: "conflict" }>;

interface MergeDialogProps {
  title: string;
  description: string;
  sides: Sides;
  /** Labels of the sides: the author of the other one, and the common base. */
  labels: { base: string; theirs: string; mine: string };
  action: string;
  onMerged(text: string): void;
  onClose(): void;
}

/** Merges two texts with one base: changes of one side merge by themselves, the rest is decided place by place. */
export function MergeDialog({ title, description, sides, labels, action, onMerged, onClose }: MergeDialogProps) {
  const { base, mine, theirs } = sides;
  const parts = useMemo(() => mergeTexts({ base, mine, theirs }), [base, mine, theirs]);
  const conflicts = useMemo(() => parts.filter((part) => part.type === "conflict"), [parts]);
  const [chosen, setChosen] = useState<readonly (string | undefined)[]>([]);
  const open = conflicts.filter((_, place) => chosen[place] === undefined).length;
  const text = mergedText(parts, chosen);
  const choose = (at: number, words: string): void =>
    setChosen(conflicts.map((_, place) => (place === at ? words : chosen[place])));
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={title}
      description={description}
      actions={
        <>
          <Button onClick={onClose}>Decide later</Button>
          <Button look="primary" disabled={open > 0} onClick={() => onMerged(text)}>
            {action}
          </Button>
        </>
      }
    >
      <div className={styles.merge}>
        <p role="status">{summaryOf(conflicts.length, open)}</p>
        {conflicts.length > 0 && (
          <ol className={styles.places} aria-label="Conflicts">
            {conflicts.map((conflict, place) => (
              <Place
                key={`${conflict.line} ${conflict.base}`}
                conflict={conflict}
                labels={labels}
                words={chosen[place]}
                onChoose={(words) => choose(place, words)}
              />
            ))}
          </ol>
        )}
        <MergeView
          language={languageOf(mine)}
          before={mine}
          after={text}
          beforeLabel={labels.mine}
          afterLabel="Together"
        />
      </div>
    </Dialog>
  );
}

function summaryOf(conflicts: number, open: number): string {
  if (conflicts === 0) return "Nothing was changed in the same place: all changes go together.";
  const places = conflicts === 1 ? "One place was" : `${conflicts} places were`;
  const left =
    open === 0 ? "All requests are decided." : open === 1 ? "One request is pending." : `${open} are to be decided.`;
  return `${places} changed on both sides; everything else goes together. ${left}`;
}

interface PlaceProps {
  conflict: Conflict;
  labels: MergeDialogProps["labels"];
  words: string | undefined;
  onChoose(words: string): void;
}

function Place({ conflict: { base, mine, theirs, line }, labels, words, onChoose }: PlaceProps) {
  const both = [theirs, mine].filter((text) => text !== "").join("\n");
  return (
    <li className={styles.place}>
      <div className={styles.sides}>
        <Side label={labels.theirs} text={theirs} />
        <Side label={labels.base} text={base} />
        <Side label={`${labels.mine}, line ${line}`} text={mine} />
      </div>
      <div className={styles.choices}>
        <Button small onClick={() => onChoose(theirs)}>
          Take: {labels.theirs}
        </Button>
        <Button small onClick={() => onChoose(mine)}>
          Take: {labels.mine}
        </Button>
        <Button small onClick={() => onChoose(both)}>
          Take both
        </Button>
      </div>
      {words !== undefined && <TextArea label="Result" mono value={words} onChange={onChoose} />}
    </li>
  );
}

function Side({ label, text }: { label: string; text: string }) {
  return (
    <figure className={styles.side}>
      <figcaption>{label}</figcaption>
      {text === "" ? <p className={styles.nothing}>There is nothing here.</p> : <pre dir="auto">{text}</pre>}
    </figure>
  );
}
