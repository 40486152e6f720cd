import type { MailTexts } from "../mail-texts.js";

export const de: MailTexts = {
  code: {
    subject: "Ihr Code für {agent}",
    text: `Ihr Code für das Gespräch mit {agent} lautet

    {code}

Er gilt {minutes} Minuten und nur einmal. Ein neuerer Code ersetzt ihn.
Wenn Sie ihn nicht angefordert haben, können Sie diese Mail ignorieren: Ohne den Code kann niemand Ihre Adresse verwenden.
`,
  },
  approved: {
    subject: "Sie können jetzt mit {agent} sprechen",
    text: `Ihre Anfrage wurde angenommen: Sie können jetzt mit {agent} sprechen.

Öffnen Sie Ihren Link noch einmal und bestätigen Sie diese Adresse mit einem neuen Code.
`,
  },
  requested: {
    subject: "Jemand möchte mit {agent} sprechen",
    text: `Jemand hat eine Adresse bestätigt und möchte mit {agent} sprechen.

Die Liste der Zugangsanfragen zeigt, wer es ist; dort können Sie die Anfrage annehmen oder ablehnen.
`,
  },
  invited: {
    subject: "Sie sind zu {tenant} eingeladen",
    text: `Sie sind eingeladen, sich um die Agenten von {tenant} zu kümmern.

Öffnen Sie diese Seite und melden Sie sich mit der Adresse an, an die diese Mail ging:

{address}
`,
  },
  signIn: {
    subject: "Anmelden bei {tenant}",
    text: `Öffnen Sie diesen Link in dem Browser, in dem Sie ihn angefordert haben, um sich bei {tenant} anzumelden:

{address}

Der Link gilt {minutes} Minuten und funktioniert einmal.
Wenn Sie ihn nicht angefordert haben, können Sie diese Mail ignorieren: In einem anderen Browser funktioniert der Link nicht.
`,
  },
};
