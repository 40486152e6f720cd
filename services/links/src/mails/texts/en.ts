import type { MailTexts } from "../mail-texts.js";

export const en: MailTexts = {
  code: {
    subject: "Your code for {agent}",
    text: `Your code to talk to {agent} is

    {code}

It is valid for {minutes} minutes and can be used once. A newer code replaces it.
If you did not ask for it, ignore this mail: nobody can use your address without the code.
`,
  },
  approved: {
    subject: "You may talk to {agent}",
    text: `Your request was approved: you may talk to {agent}.

Open your link again and confirm this address with a new code.
`,
  },
  requested: {
    subject: "Somebody asks to talk to {agent}",
    text: `Somebody confirmed an address and asks to talk to {agent}.

The list of access requests shows who it is; approve or deny the request there.
`,
  },
  invited: {
    subject: "You are invited to {tenant}",
    text: `You are invited to look after the agents of {tenant}.

Open this page and sign in with the address this mail was sent to:

{address}
`,
  },
  signIn: {
    subject: "Sign in to {tenant}",
    text: `Open this link in the browser you asked for it in, to sign in to {tenant}:

{address}

The link is valid for {minutes} minutes and works once.
If it was not you who asked, ignore this mail: the link works in no other browser.
`,
  },
};
