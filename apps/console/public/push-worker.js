// Shows that somebody waits while no page of the console is open. It fetches nothing and keeps nothing; what it is told names nobody.
self.addEventListener("push", (event) => {
  const shown = self.registration.showNotification("Somebody waits for a person", {
    body: "Open the inbox to answer.",
    // The page shows its own under the same tag: there is one at a time.
    tag: "parley-inbox",
    data: { path: pathOf(event.data) },
  });
  event.waitUntil(shown);
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.path ?? "/console/inbox"));
});

/** Only pages of the inbox: whoever could push something else must not send anybody elsewhere. */
function pathOf(data) {
  try {
    const { path } = data.json();
    return /^\/console\/inbox\/[0-9a-f-]{36}$/.test(path) ? path : "/console/inbox";
  } catch {
    return "/console/inbox";
  }
}

async function open(path) {
  const [page] = await self.clients.matchAll({ type: "window" });
  if (page === undefined) return self.clients.openWindow(path);
  await page.focus();
  return page.navigate(path);
}
