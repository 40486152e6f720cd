import { t } from "../i18n/language.js";
import type { LinkInfo } from "../net/link-info.js";
import { NamedSentence } from "./named-sentence.js";

/** Who runs this chat, with a link to their privacy policy. */
export function Operator({ link: { operator, privacyUrl } }: { link: LinkInfo }) {
  if (operator === null && privacyUrl === null) return null;
  return (
    <p class="operator">
      {operator !== null && (
        <span>
          <NamedSentence text="runBy" name={operator} />
        </span>
      )}
      {privacyUrl !== null && (
        <a href={privacyUrl} target="_blank" rel="noopener noreferrer">
          {t("privacy")}
        </a>
      )}
    </p>
  );
}
