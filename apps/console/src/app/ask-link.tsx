import { type FormEvent, useEffect, useRef, useState } from "react";
import type { Api } from "../api/api.js";
import { useSending } from "../api/use-sending.js";
import { Button } from "../ui/button.js";
import { ProblemCard } from "../ui/problem-card.js";
import { askSession } from "./ask-session.js";
import { Entry } from "./entrance.js";
import styles from "./entrance.module.css";

/** Asks for an address and mails a link to it. The server treats every address alike, and so does this form. */
export function AskLink({ api }: { api: Api }) {
  const [email, setEmail] = useState("");
  const [sentTo, setSentTo] = useState<string | null>(null);
  const [missing, setMissing] = useState(false);
  const { busy, problem, wrong, send } = useSending(() => field.current?.focus());
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (sentTo === null) field.current?.focus();
  }, [sentTo]);
  // The link opens in its own tab; the user is then signed in in this tab, too.
  useEffect(() => {
    if (sentTo === null) return;
    const again = (): void => {
      if (!document.hidden) void askSession(api);
    };
    document.addEventListener("visibilitychange", again);
    return () => document.removeEventListener("visibilitychange", again);
  }, [api, sentTo]);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const given = email.trim();
    setMissing(given === "");
    if (given === "") return field.current?.focus();
    if ((await send({ given, at: Date.now() }, () => api.askSignIn(given))) !== null) setSentTo(given);
  };
  if (sentTo !== null)
    return (
      <section className={styles.note} role="status">
        <p>
          <strong>Look into the mailbox of {sentTo}.</strong> If somebody here has this address, a link is on its way.
          Open it in this browser within 15 minutes.
        </p>
        <Button small onClick={() => setSentTo(null)}>
          Use another address
        </Button>
      </section>
    );
  const emailProblem = missing ? "Enter where to send the link." : wrong.email;
  return (
    <form noValidate onSubmit={(event) => void submit(event)}>
      <Entry
        ref={field}
        label="E-mail address"
        help="We mail you a link that works once, in this browser."
        error={emailProblem}
        type="email"
        autoComplete="email"
        value={email}
        onChange={setEmail}
      />
      {problem && emailProblem === undefined && <ProblemCard problem={problem} />}
      <Button type="submit" look="primary" busy={busy}>
        {busy ? "Sending…" : "Send me a link"}
      </Button>
    </form>
  );
}
