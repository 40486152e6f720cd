import type { TextName } from "../i18n/en.js";
import { t } from "../i18n/language.js";

const PLACE = "\u0000";

/**
 * A sentence with a name in it. Only the name is isolated from the direction of the text around it: a sentence that begins with a name in
 * another script still follows its language's direction.
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
