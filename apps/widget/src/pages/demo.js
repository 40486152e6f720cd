/** The demo page of the widget: every method of its API, its events, its connection, and the HTTP calls of a conversation. */
const MAX_EVENTS = 50;
const byId = (id) => document.getElementById(id);
const fromAddress = /^#(pl_\w+)$/.exec(location.hash)?.[1];

let widget = window.ChatWidget.get();
if (fromAddress !== undefined) {
  widget?.destroy();
  widget = new window.ChatWidget({ link: fromAddress });
}
if (widget === undefined) {
  byId("link-note").textContent = "This server names no link for widgets (CHAT_WIDGET_LINK). Give one:";
  byId("link-form").hidden = false;
  byId("link-form").addEventListener("submit", (event) => {
    event.preventDefault();
    location.hash = /pl_\w+/.exec(byId("link").value)?.[0] ?? "";
    location.reload();
  });
} else {
  follow();
  listCalls();
  byId("run").addEventListener("click", runTests);
}
void askServer();

function follow() {
  for (const event of ["ready", "open", "close", "status", "message", "unread", "typing", "escalation", "error"])
    widget.on(event, (detail) => note(event, detail));
  widget.on("status", ({ status, transport }) => {
    byId("status").textContent = status;
    byId("transport").textContent = transport ?? "–";
    byId("connected").textContent = widget.isConnected ? "yes" : "no";
  });
  widget.on("unread", ({ count }) => {
    byId("unread").textContent = String(count);
  });
}

function note(event, detail) {
  const line = document.createElement("li");
  line.textContent = `${new Date().toLocaleTimeString()} ${event} ${JSON.stringify(detail)}`;
  byId("events").prepend(line);
  byId("events").childNodes[MAX_EVENTS]?.remove();
}

function listCalls() {
  const calls = [
    ["openChat()", () => widget.openChat()],
    ["closeChat()", () => widget.closeChat()],
    ["toggle()", () => widget.toggle()],
    ["show()", () => widget.show()],
    ["hide()", () => widget.hide()],
    ['prefill("…")', () => widget.prefill("I have a question about ")],
    ['sendMessage("…")', () => widget.sendMessage("Hello support!")],
    ["newConversation()", () => widget.newConversation()],
    ['escalateConversation("…")', () => widget.escalateConversation("complex_query")],
    ["setContext({…})", () => widget.setContext({ page: location.pathname, cart: 3 })],
    ["shutdown()", () => widget.shutdown()],
    ["isConnected", () => note("isConnected", widget.isConnected)],
  ];
  for (const [name, call] of calls) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.addEventListener("click", call);
    byId("calls").append(button);
  }
}

async function askServer() {
  const answer = await fetch("/healthz").catch(() => null);
  byId("server").textContent = answer === null ? "not reachable" : answer.ok ? "healthy" : `status ${answer.status}`;
}

/** The calls of the reference, one after another; the first creates what the others need. */
async function runTests() {
  byId("run").disabled = true;
  byId("results").replaceChildren();
  const opened = await show("POST", "/chat/conversations", { body: { link: widget.settings.link } });
  if (opened?.conversation_id !== undefined) await showConversation(opened);
  byId("run").disabled = false;
}

async function showConversation({ conversation_id: id, user_id: user, session_token: token }) {
  const message = { sender_id: user, sender_type: "user", content: "Hello support!", metadata: {} };
  await show("POST", `/chat/${id}/messages`, { token, body: message });
  await show("GET", `/chat/${id}/history?limit=50`, { token });
  await show("POST", `/chat/${id}/typing`, { token, body: { typing: true } });
  await show("GET", `/chat/${id}/status`, { token });
  await show("POST", `/chat/${id}/escalate`, { token, body: { reason: "complex_query", metadata: {} } });
  await show("GET", `/chat/${id}/escalations`, { token });
  await show("GET", `/chat/user/${user}/conversations`, { token });
}

async function show(method, path, { token, body }) {
  const cells = [`${method} ${path}`, "…", ""].map((text) => {
    const cell = document.createElement("td");
    cell.textContent = text;
    return cell;
  });
  const row = document.createElement("tr");
  row.append(...cells);
  byId("results").append(row);
  const headers = { "content-type": "application/json" };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  const init = { method, headers };
  if (body !== undefined) init.body = JSON.stringify(body);
  const answer = await fetch(path, init).catch(() => null);
  const text = (await answer?.text()) ?? "no answer";
  cells[1].textContent = answer === null ? "–" : String(answer.status);
  cells[2].textContent = text.replace(/[pc]s_\w+/g, "…").slice(0, 300);
  try {
    return answer?.ok ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}
