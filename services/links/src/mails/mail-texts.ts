/** A mail in one language. `{agent}` is the name of the agent, `{tenant}` that of the organisation; lines are broken for readers of plain text. */
interface MailTemplate {
  subject: string;
  text: string;
}

/** The mails of this service in one language. */
export interface MailTexts {
  /** To a visitor. `{code}` stands alone on its line, behind four spaces; `{minutes}` is how long it is valid (the forms fit 10). */
  code: MailTemplate;
  /** To a requester who may come in from now on. */
  approved: MailTemplate;
  /** To an owner; whose the request is stands in the list, behind the owner's own sign-in. */
  requested: MailTemplate;
  /** To a person who may manage from now on; `{address}` is the console, and holds no secret. */
  invited: MailTemplate;
  /** To a person who manages. `{address}` signs in, once, within `{minutes}` (the forms fit 15), and stands alone on its line. */
  signIn: MailTemplate;
}
