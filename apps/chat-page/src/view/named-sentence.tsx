import type { TextName } from "../i18n/en.js";
import { t } from "../i18n/language.js";

const PLACE = "\u0000";

/**
 * A sentence with a name in it. Only the name stands apart from the direction of the text around it: a sentence that begins
 * with a name in other letters still runs the way its language does.
 */
export function NamedSentence({ text, name }: { text: TextName; name: string }) {
  const [before, after] = t(text, { name: PLACE }).split(PLACE);
  return (
    <>
      {before}
      <bdi>{name}</bdi>
      {after}
    </>
  );
}
