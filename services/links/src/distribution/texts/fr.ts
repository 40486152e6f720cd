import type { SendTexts } from "../send-text.js";

export const fr: SendTexts = {
  greeting: "Bonjour,",
  greetingByName: "Bonjour {name},",
  expiry: "Le lien est valable jusqu’au {until}.",
  unsubscribe: "Vous ne souhaitez plus recevoir ces messages ? Désabonnez-vous en un clic :",
  templates: {
    invitation: {
      subject: "{agent} vous invite à une conversation",
      words: "{agent} souhaite vous parler. Ouvrez votre lien pour commencer :",
    },
    reminder: {
      subject: "Rappel : {agent} vous attend",
      words: "Votre conversation avec {agent} est encore ouverte. Ouvrez votre lien pour commencer :",
    },
    daily_checkin: {
      subject: "Votre point du jour avec {agent}",
      words: "Parlez à {agent} de vos projets pour aujourd’hui :",
    },
    customer_support: {
      subject: "{agent} répond à votre question",
      words: "{agent} est là pour votre question. Ouvrez votre lien pour en parler :",
    },
    anonymous_feedback: {
      subject: "{agent} vous demande votre avis",
      words: "{agent} aimerait savoir ce que vous pensez. Personne ne demande qui vous êtes :",
    },
    onboarding: {
      subject: "Bienvenue : premiers pas avec {agent}",
      words: "Bienvenue ! {agent} vous guide dans les premières étapes :",
    },
  },
};
