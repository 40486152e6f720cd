/** The mail with a code. It names the agent, so that the reader knows what they are about to open. */
export function codeMail({ agentName, code }: { agentName: string; code: string }): { subject: string; text: string } {
  return {
    subject: `Your code for ${agentName}`,
    text: `Your code to talk to ${agentName} is

    ${code}

It is valid for 10 minutes and can be used once. A newer code replaces it.
If you did not ask for it, ignore this mail: nobody can use your address without the code.
`,
  };
}
