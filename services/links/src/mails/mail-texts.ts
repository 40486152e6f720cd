/** A mail in one language. `{agent}` is the name of the agent, `{tenant}` that of the organisation; lines are broken for readers of plain text. */
interface MailTemplate {
  subject: string;
  text: string;
}

/** The mails of this service in one language. */
export interface MailTexts {
  /** To a visitor. `{code}` is alone on its line, after four spaces; `{minutes}` is how long it is valid (the forms fit 10). */
  code: MailTemplate;
  /** To a requester who has been approved. */
  approved: MailTemplate;
  /** To an owner; only the list, behind the owner's sign-in, shows whose request it is. */
  requested: MailTemplate;
  /** To a newly invited user; `{address}` is the console, and contains no secret. */
  invited: MailTemplate;
  /** To a user. `{address}` signs in, once, within `{minutes}` (the forms fit 15), and is alone on its line. */
  signIn: MailTemplate;
}
