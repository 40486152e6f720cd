export { createMailer, type Mail, type Mailer, mailOAuth } from "./mailer.js";
