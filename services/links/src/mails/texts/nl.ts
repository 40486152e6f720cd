import type { MailTexts } from "../mail-texts.js";

export const nl: MailTexts = {
  code: {
    subject: "Uw code voor {agent}",
    text: `Uw code om met {agent} te praten is

    {code}

De code is {minutes} minuten geldig en kan één keer worden gebruikt. Een nieuwere code vervangt deze.
Hebt u er niet om gevraagd, negeer deze mail dan: zonder de code kan niemand uw adres gebruiken.
`,
  },
  approved: {
    subject: "U kunt nu met {agent} praten",
    text: `Uw verzoek is goedgekeurd: u kunt nu met {agent} praten.

Open uw link opnieuw en bevestig dit adres met een nieuwe code.
`,
  },
  requested: {
    subject: "Iemand vraagt om met {agent} te praten",
    text: `Iemand heeft een adres bevestigd en vraagt om met {agent} te praten.

De lijst met toegangsverzoeken laat zien wie het is; keur het verzoek daar goed of wijs het af.
`,
  },
  invited: {
    subject: "U bent uitgenodigd voor {tenant}",
    text: `U bent uitgenodigd om de agents van {tenant} te beheren.

Open deze pagina en meld u aan met het adres waarnaar deze mail is gestuurd:

{address}
`,
  },
  signIn: {
    subject: "Aanmelden bij {tenant}",
    text: `Open deze link in de browser waarin u erom hebt gevraagd om u aan te melden bij {tenant}:

{address}

De link is {minutes} minuten geldig en werkt één keer.
Hebt u er niet om gevraagd, negeer deze mail dan: in een andere browser werkt de link niet.
`,
  },
};
