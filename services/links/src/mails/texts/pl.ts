import type { MailTexts } from "../mail-texts.js";

export const pl: MailTexts = {
  code: {
    subject: "Twój kod: {agent}",
    text: `Twój kod do rozmowy ({agent}) to

    {code}

Jest ważny przez {minutes} minut i można go użyć tylko raz. Nowszy kod go zastępuje.
Jeśli to nie Ty o niego prosisz, zignoruj tę wiadomość: bez kodu nikt nie użyje Twojego adresu.
`,
  },
  approved: {
    subject: "Możesz już rozmawiać: {agent}",
    text: `Twoja prośba została zaakceptowana: możesz już rozmawiać ({agent}).

Otwórz ponownie swój link i potwierdź ten adres nowym kodem.
`,
  },
  requested: {
    subject: "Ktoś prosi o rozmowę: {agent}",
    text: `Ktoś potwierdził adres i prosi o rozmowę ({agent}).

Lista próśb o dostęp pokazuje, kto to jest; tam możesz przyjąć lub odrzucić prośbę.
`,
  },
  invited: {
    subject: "Zaproszenie do {tenant}",
    text: `Otrzymujesz zaproszenie do zarządzania agentami {tenant}.

Otwórz tę stronę i zaloguj się adresem, na który wysłano tę wiadomość:

{address}
`,
  },
  signIn: {
    subject: "Logowanie do {tenant}",
    text: `Aby zalogować się do {tenant}, otwórz ten link w przeglądarce, w której został zamówiony:

{address}

Link jest ważny przez {minutes} minut i działa tylko raz.
Jeśli to nie Twoja prośba, zignoruj tę wiadomość: w innej przeglądarce link nie działa.
`,
  },
};
