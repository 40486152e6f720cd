import type { MailTexts } from "../mail-texts.js";

export const es: MailTexts = {
  code: {
    subject: "Su código para {agent}",
    text: `Su código para hablar con {agent} es

    {code}

Es válido durante {minutes} minutos y solo se puede usar una vez. Un código más reciente lo sustituye.
Si no lo ha pedido, ignore este correo: nadie puede usar su dirección sin el código.
`,
  },
  approved: {
    subject: "Ya puede hablar con {agent}",
    text: `Su solicitud ha sido aprobada: ya puede hablar con {agent}.

Abra de nuevo su enlace y confirme esta dirección con un código nuevo.
`,
  },
  requested: {
    subject: "Alguien pide hablar con {agent}",
    text: `Alguien ha confirmado una dirección y pide hablar con {agent}.

La lista de solicitudes de acceso muestra quién es; apruebe o rechace allí la solicitud.
`,
  },
  invited: {
    subject: "Le han invitado a {tenant}",
    text: `Le han invitado a gestionar los agentes de {tenant}.

Abra esta página e inicie sesión con la dirección a la que se envió este correo:

{address}
`,
  },
  signIn: {
    subject: "Iniciar sesión en {tenant}",
    text: `Abra este enlace en el navegador desde el que lo solicitó para iniciar sesión en {tenant}:

{address}

El enlace es válido durante {minutes} minutos y funciona una sola vez.
Si no lo ha solicitado, ignore este correo: el enlace no funciona en ningún otro navegador.
`,
  },
};
