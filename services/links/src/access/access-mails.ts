interface MailText {
  subject: string;
  text: string;
}

/** Tells a requester that they may come in. The link is not in it: its address is known to who holds it alone. */
export const approvedMail = ({ agentName }: { agentName: string }): MailText => ({
  subject: `You may talk to ${agentName}`,
  text: `Your request was approved: you may talk to ${agentName}.

Open your link again and confirm this address with a new code.
`,
});

/** Tells an owner of a new request. Whose it is stands in the list, behind the owner's own sign-in. */
export const requestedMail = ({ agentName }: { agentName: string }): MailText => ({
  subject: `Somebody asks to talk to ${agentName}`,
  text: `Somebody confirmed an address and asks to talk to ${agentName}.

The list of access requests shows who it is; approve or deny the request there.
`,
});
