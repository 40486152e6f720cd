import { useEffect, useState } from "preact/hooks";
import { formatLocale, language, t } from "../i18n/language.js";
import type { WaitingChoice } from "../net/api.js";
import type { People } from "../net/link-info.js";
import type { Wish } from "../net/session-info.js";
import { TEXTS, type WaitingTexts } from "./texts.js";

const MINUTE_MS = 60_000;
const TICK_MS = 10_000;

/** One text in the page's language. */
function words(name: keyof WaitingTexts, values: Record<string, string> = {}): string {
  return TEXTS[language.value][name].replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? "");
}

const minutes = (count: number): string =>
  new Intl.NumberFormat(formatLocale(), { style: "unit", unit: "minute", unitDisplay: "short" }).format(count);

/** A day of the week and a time, by the visitor's own clock. */
const moment = (iso: string): string =>
  new Intl.DateTimeFormat(formatLocale(), { weekday: "long", hour: "numeric", minute: "2-digit" }).format(
    new Date(iso),
  );

interface PanelProps {
  people: People;
  wish: Wish;
  choose(given: WaitingChoice): Promise<boolean>;
}

/** How long a person takes, how long the visitor has waited, and after a while the alternatives. */
export function WaitingPanel({ people, wish, choose }: PanelProps) {
  const [begun] = useState(() => Date.now());
  const [now, setNow] = useState(begun);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const since = wish.since === null ? begun : Date.parse(wish.since);
  const waited = Math.max(0, Math.floor((now - since) / MINUTE_MS));
  const { fallbackMinutes, openNow } = people;
  const offered = fallbackMinutes !== null && (!openNow || waited >= fallbackMinutes);
  return (
    <div class="waiting">
      <p class="human-note">
        {[waited > 0 ? words("waiting", { time: minutes(waited) }) : "", reachOf(people)].filter(Boolean).join(" ")}
      </p>
      {wish.byMail && (
        <p class="human-note" role="status">
          {words("mailLeft")}
        </p>
      )}
      {offered && <Choices byMail={wish.byMail} choose={choose} />}
    </div>
  );
}

function reachOf({ openNow, nextOpenAt, replyMinutes }: People): string {
  if (!openNow) return nextOpenAt === null ? words("away") : words("back", { time: moment(nextOpenAt) });
  return replyMinutes === null ? "" : words("usually", { time: minutes(replyMinutes) });
}

function Choices({ byMail, choose }: { byMail: boolean; choose: PanelProps["choose"] }) {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  const [writes, setWrites] = useState(false);
  const [goesOn, setGoesOn] = useState(false);
  const take = async (given: WaitingChoice): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const taken = await choose(given);
    setBusy(false);
    setFailed(!taken);
    if (taken && given.choice === "continue") setGoesOn(true);
    if (taken) setWrites(false);
  };
  return (
    <fieldset class="waiting-choices">
      <legend>{words("offer")}</legend>
      {!goesOn && (
        <button type="button" class="link-button" disabled={busy} onClick={() => void take({ choice: "continue" })}>
          {words("continue")}
        </button>
      )}
      {!byMail && (
        <button type="button" class="link-button" aria-expanded={writes} onClick={() => setWrites(!writes)}>
          {words("mail")}
        </button>
      )}
      <button type="button" class="link-button" disabled={busy} onClick={() => void take({ choice: "cancel" })}>
        {words("cancel")}
      </button>
      {writes && !byMail && <AddressForm onSend={(email) => void take({ choice: "email", email })} />}
      <p class="human-note" role="status">
        {failed && t("failedAgain")}
      </p>
    </fieldset>
  );
}

function AddressForm({ onSend }: { onSend(email: string): void }) {
  const [email, setEmail] = useState("");
  const submit = (event: Event): void => {
    event.preventDefault();
    if (email.trim() !== "") onSend(email.trim());
  };
  return (
    <form class="waiting-address" onSubmit={submit}>
      <label for="waiting-address">{words("address")}</label>
      <input
        id="waiting-address"
        type="email"
        required
        maxLength={254}
        autocomplete="email"
        value={email}
        onInput={(event) => setEmail(event.currentTarget.value)}
      />
      <button type="submit" class="link-button">
        {words("send")}
      </button>
    </form>
  );
}
