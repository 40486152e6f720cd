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
};
