export { createMailer, type Mail, type Mailbox, type Mailer, type MailerOptions } from "./mailer.js";
