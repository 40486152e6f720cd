import { type FormEvent, useEffect, useState } from "react";
import type { Api } from "../api/api.js";
import { useSending } from "../api/use-sending.js";
import { Field, focusFirst } from "../parts/field.js";
import { ProblemCard } from "../ui/problem-card.js";
import { askSession } from "./ask-session.js";

/** Asks for an address and mails a link to it. The server answers every address alike, and so does this form. */
export function AskLink({ api }: { api: Api }) {
  const [email, setEmail] = useState("");
  const [sentTo, setSentTo] = useState<string | null>(null);
  const [missing, setMissing] = useState(false);
  const { busy, problem, wrong, send } = useSending(focusFirst);
  // The link opens in a tab of its own; whoever comes back to this one is signed in here, too.
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
    if (given === "") return focusFirst({ email: "" });
    if ((await send({ given, at: Date.now() }, () => api.askSignIn(given))) !== null) setSentTo(given);
  };
  if (sentTo !== null)
    return (
      <section className="note" role="status">
        <p>
          <strong>Look into the mailbox of {sentTo}.</strong> If somebody here has this address, a link is on its way.
          Open it in this browser within 15 minutes.
        </p>
        <button type="button" className="button quiet small" onClick={() => setSentTo(null)}>
          Use another address
        </button>
      </section>
    );
  const emailProblem = missing ? "Say where to send the link." : wrong.email;
  return (
    <form noValidate onSubmit={(event) => void submit(event)}>
      <Field
        name="email"
        label="E-mail address"
        help="We mail you a link that works once, in this browser."
        problem={emailProblem}
      >
        {(control) => (
          <input
            {...control}
            className="input"
            type="email"
            autoComplete="email"
            autoCapitalize="off"
            spellCheck={false}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
        )}
      </Field>
      {problem && emailProblem === undefined && <ProblemCard problem={problem} />}
      <button type="submit" className="button primary wide" aria-disabled={busy}>
        {busy ? "Sending…" : "Send me a link"}
      </button>
    </form>
  );
}
