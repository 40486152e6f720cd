import type { SendTexts } from "../send-text.js";

export const it: SendTexts = {
  greeting: "Buongiorno,",
  greetingByName: "Buongiorno {name},",
  expiry: "Il link è valido fino al {until}.",
  unsubscribe: "Non desidera più ricevere questi messaggi? Annulli l’iscrizione con un clic:",
  templates: {
    invitation: {
      subject: "{agent} la invita a una conversazione",
      words: "{agent} vorrebbe parlare con lei. Apra il suo link per iniziare:",
    },
    reminder: {
      subject: "Promemoria: {agent} la aspetta",
      words: "La sua conversazione con {agent} è ancora aperta. Apra il suo link per iniziare:",
    },
    daily_checkin: {
      subject: "Il suo punto della giornata con {agent}",
      words: "Racconti a {agent} i suoi programmi per oggi:",
    },
    customer_support: {
      subject: "{agent} la aiuta con la sua domanda",
      words: "{agent} è qui per la sua domanda. Apra il suo link per parlarne:",
    },
    anonymous_feedback: {
      subject: "{agent} chiede la sua opinione",
      words: "{agent} vorrebbe sapere che cosa pensa. Nessuno chiede chi è:",
    },
    onboarding: {
      subject: "Benvenuto: i primi passi con {agent}",
      words: "Benvenuto! {agent} la guida nei primi passi:",
    },
  },
};
