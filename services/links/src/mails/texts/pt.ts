import type { MailTexts } from "../mail-texts.js";

export const pt: MailTexts = {
  code: {
    subject: "Seu código para {agent}",
    text: `Seu código para falar com {agent} é

    {code}

Ele é válido por {minutes} minutos e só pode ser usado uma vez. Um código mais novo o substitui.
Se você não o pediu, ignore este e-mail: ninguém pode usar seu endereço sem o código.
`,
  },
  approved: {
    subject: "Você já pode falar com {agent}",
    text: `Sua solicitação foi aprovada: você já pode falar com {agent}.

Abra seu link novamente e confirme este endereço com um novo código.
`,
  },
  requested: {
    subject: "Alguém pede para falar com {agent}",
    text: `Alguém confirmou um endereço e pede para falar com {agent}.

A lista de solicitações de acesso mostra quem é; aprove ou recuse a solicitação lá.
`,
  },
  invited: {
    subject: "Recebeu um convite para {tenant}",
    text: `Recebeu um convite para gerir os agentes de {tenant}.

Abra esta página e inicie sessão com o endereço para o qual esta mensagem foi enviada:

{address}
`,
  },
  signIn: {
    subject: "Iniciar sessão em {tenant}",
    text: `Abra este link no navegador em que o pediu para iniciar sessão em {tenant}:

{address}

O link é válido durante {minutes} minutos e funciona uma só vez.
Se não o pediu, ignore esta mensagem: o link não funciona em nenhum outro navegador.
`,
  },
};
