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
  invited: {
    subject: "Invito a {tenant}",
    text: `Ha ricevuto un invito a gestire gli agenti di {tenant}.

Apra questa pagina e acceda con l'indirizzo a cui è stata inviata questa mail:

{address}
`,
  },
  signIn: {
    subject: "Accedere a {tenant}",
    text: `Apra questo link nel browser da cui lo ha richiesto per accedere a {tenant}:

{address}

Il link è valido per {minutes} minuti e funziona una sola volta.
Se non lo ha richiesto, ignori questa mail: il link non funziona in nessun altro browser.
`,
  },
};
