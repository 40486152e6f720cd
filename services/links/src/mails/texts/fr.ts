import type { MailTexts } from "../mail-texts.js";

export const fr: MailTexts = {
  code: {
    subject: "Votre code pour {agent}",
    text: `Votre code pour parler à {agent} est

    {code}

Il est valable {minutes} minutes et ne sert qu’une fois. Un code plus récent le remplace.
Si vous ne l’avez pas demandé, ignorez ce message : sans ce code, personne ne peut utiliser votre adresse.
`,
  },
  approved: {
    subject: "Vous pouvez parler à {agent}",
    text: `Votre demande a été acceptée : vous pouvez parler à {agent}.

Ouvrez de nouveau votre lien et confirmez cette adresse avec un nouveau code.
`,
  },
  requested: {
    subject: "Quelqu’un demande à parler à {agent}",
    text: `Quelqu’un a confirmé une adresse et demande à parler à {agent}.

La liste des demandes d’accès montre de qui il s’agit ; vous pouvez y accepter ou refuser la demande.
`,
  },
  invited: {
    subject: "Vous êtes invité à rejoindre {tenant}",
    text: `Vous êtes invité à gérer les agents de {tenant}.

Ouvrez cette page et connectez-vous avec l'adresse à laquelle ce message a été envoyé :

{address}
`,
  },
  signIn: {
    subject: "Connexion à {tenant}",
    text: `Ouvrez ce lien dans le navigateur où vous l'avez demandé pour vous connecter à {tenant} :

{address}

Le lien est valable {minutes} minutes et ne fonctionne qu'une fois.
Si vous ne l'avez pas demandé, ignorez ce message : le lien ne fonctionne dans aucun autre navigateur.
`,
  },
};
