export {
  createMailer,
  type Mail,
  type Mailbox,
  type Mailer,
  type MailerOptions,
  type MailOAuth,
  mailOAuth,
} from "./mailer.js";
