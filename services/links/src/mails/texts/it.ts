import type { MailTexts } from "../mail-texts.js";

export const it: MailTexts = {
  code: {
    subject: "Il Suo codice per {agent}",
    text: `Il Suo codice per parlare con {agent} è

    {code}

È valido per {minutes} minuti e può essere usato una sola volta. Un codice più recente lo sostituisce.
Se non lo ha chiesto, ignori questa e-mail: nessuno può usare il Suo indirizzo senza il codice.
`,
  },
  approved: {
    subject: "Ora può parlare con {agent}",
    text: `La Sua richiesta è stata accettata: ora può parlare con {agent}.

Apra di nuovo il Suo link e confermi questo indirizzo con un nuovo codice.
`,
  },
  requested: {
    subject: "Qualcuno chiede di parlare con {agent}",
    text: `Qualcuno ha confermato un indirizzo e chiede di parlare con {agent}.

L’elenco delle richieste di accesso mostra chi è; lì può accettare o rifiutare la richiesta.
`,
  },
};
