import type { SendTexts } from "../send-text.js";

export const pt: SendTexts = {
  greeting: "Olá,",
  greetingByName: "Olá, {name},",
  expiry: "O link é válido até {until}.",
  unsubscribe: "Já não quer receber estas mensagens? Cancele a subscrição com um clique:",
  templates: {
    invitation: {
      subject: "{agent} convida-o para uma conversa",
      words: "{agent} gostaria de falar consigo. Abra o seu link para começar:",
    },
    reminder: {
      subject: "Lembrete: {agent} está à sua espera",
      words: "A sua conversa com {agent} continua aberta. Abra o seu link para começar:",
    },
    daily_checkin: {
      subject: "O seu ponto de situação com {agent}",
      words: "Conte a {agent} os seus planos para hoje:",
    },
    customer_support: {
      subject: "{agent} ajuda com a sua pergunta",
      words: "{agent} está disponível para a sua pergunta. Abra o seu link para conversar:",
    },
    anonymous_feedback: {
      subject: "{agent} pede a sua opinião",
      words: "{agent} gostaria de saber o que pensa. Ninguém pergunta quem é:",
    },
    onboarding: {
      subject: "Boas-vindas: primeiros passos com {agent}",
      words: "Boas-vindas! {agent} acompanha-o nos primeiros passos:",
    },
  },
};
