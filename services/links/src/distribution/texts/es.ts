import type { SendTexts } from "../send-text.js";

export const es: SendTexts = {
  greeting: "Hola:",
  greetingByName: "Hola, {name}:",
  expiry: "El enlace es válido hasta el {until}.",
  unsubscribe: "¿Ya no quiere recibir estos mensajes? Dese de baja con un clic:",
  templates: {
    invitation: {
      subject: "{agent} le invita a una conversación",
      words: "{agent} quiere hablar con usted. Abra su enlace para empezar:",
    },
    reminder: {
      subject: "Recordatorio: {agent} le espera",
      words: "Su conversación con {agent} sigue abierta. Abra su enlace para empezar:",
    },
    daily_checkin: {
      subject: "Su puesta al día con {agent}",
      words: "Cuéntele a {agent} sus planes para hoy:",
    },
    customer_support: {
      subject: "{agent} le ayuda con su pregunta",
      words: "{agent} está aquí para su pregunta. Abra su enlace para hablar:",
    },
    anonymous_feedback: {
      subject: "{agent} le pide su opinión",
      words: "{agent} quiere saber qué piensa. Nadie pregunta quién es usted:",
    },
    onboarding: {
      subject: "Bienvenida: primeros pasos con {agent}",
      words: "¡Le damos la bienvenida! {agent} le guía en los primeros pasos:",
    },
  },
};
