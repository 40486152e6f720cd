/**
 * The meaning of every log event, by name. `docs/log-events.md` is generated from this list, with levels and fields taken from
 * the sources; an event that is logged and not listed here, or listed and not logged, fails the checks.
 */
export const LOG_EVENTS: Record<string, string> = {
  // Conversations
  "session.created": "A session was opened.",
  "session.ended": "A session is over; `reason` says who or what ended it.",
  "message.accepted": "A message was stored and will be answered; its repeats are not logged.",
  "turn.committed":
    "A turn was committed. `kind`: what it answered; `failed`: an error code, or null on success; `ms` from start to commit; `modelMs`, `modelCalls` and tokens of all its calls.",
  "turn.called":
    "A call that a turn made, to a model or an API. `type`: what for; `ms`, tokens and model; `failed`: an error code or null.",
  "turn.extracted": "The variables that an extraction found, by name; never their values.",
  "turn.transition": "A turn went from one node to another.",
  "turn.fenced":
    "The result of a turn was refused and dropped, because its lease had passed to another runner or to a human.",
  "turn.retry": "A session could not be processed and will be retried.",
  "turn.wakeup_lost": "A wake-up could not be sent; a runner finds the turn within a second or so.",
  "turn.stream_failed": "Streaming a reply to a caller failed; the turn itself continues.",
  "lookout.failed": "The look for background work that is due failed; it is repeated every second.",
  "poll.failed": "The search for turns whose wake-up was lost failed; it is repeated every second.",
  "session.replayed":
    "An editor held a recorded conversation once more with a version or a draft; `tokens` is what was asked of models, which no quota counts.",
  "agent.tried": "An editor tried a version or a draft; `tokens` is what was asked of models, which no quota counts.",
  "definition.unusable": "A stored agent version cannot run; its turns fail.",
  "output.withheld": "An output filter held back text of a model; `rules` are the names of its rules.",
  "retrieval.failed": "Knowledge could not be searched; the turn went on without it.",
  "model.attempt_failed": "A model call failed; it is retried, or sent to the fallback model, where that may help.",
  "escalation.opened": "A human was requested; `source` says by whom.",
  "escalation.assigned": "A human has taken over a conversation.",
  "notice.sent": "Somebody was told of an escalation, or an answer went out by mail; `kind` says which.",
  "notice.failed": "An attempt to tell somebody of an escalation failed; it is repeated unless it was refused.",
  "notice.deferred": "An attempt to tell somebody of an escalation broke off; it is repeated.",
  "notices.failed": "The search for people to tell of escalations failed; it is repeated.",
  "link.message_sent": "A recipient was sent a link.",
  "link.message_failed":
    "An attempt to send a recipient a link failed; it is repeated unless `outcome` is final or in doubt.",
  "link.message_deferred": "An attempt to send a link broke off; it is repeated or stays in doubt.",
  "schedule.ran": "A schedule has made its link and begun to send it.",
  "schedule.missed": "Occurrences of a schedule were not run, because they were too late or a newer one was due.",
  "schedule.run_failed": "An occurrence of a schedule cannot be run; `outcome` is the code of the refusal.",
  "schedule.run_deferred": "An occurrence of a schedule broke off; it is tried again.",
  "schedules.failed": "The search for schedules that are due failed; it is repeated.",
  "link.provider_events": "A provider of mail or text messages said what became of messages that it had taken.",
  "link.unsubscribed": "Somebody took themselves off the list of those who get links.",
  "link.messages_failed": "The search for links to send failed; it is repeated.",
  "escalation.resolved": "An escalation ended; `outcome` says how.",
  "analysis.deferred": "The analysis of an ended session failed; it is retried.",
  "history.summary_deferred":
    "What falls out of the window of a long session could not be summed up yet; the next turn tries again.",
  "analyses.failed": "The search for sessions to analyse failed; it is repeated.",
  "memory.deferred": "The memory of a person could not be updated yet; it is retried.",
  "memory.poll_failed": "The search for outdated memories failed; it is repeated.",

  // HTTP and event streams
  "http.request":
    "A request was answered or aborted, in `ms`; an event stream is logged when it ends. `route` is the pattern, never the address. Probes are not logged.",
  "http.refused": "A request was refused; `code` is the error code of the answer.",
  "mcp.tool_called":
    "A tool of the MCP server was called; `refused` is the code of its refusal, null = it was carried out.",
  "mcp.refused": "A message to the MCP server broke the protocol.",
  "http.failed": "A request failed because of a defect or a dependency: 500.",
  "gateway.listening": "The gateway accepts connections.",
  "stream.opened": "A reader follows a session; `linkId` is null for backends and owners.",
  "stream.closed": "A reader of a session disconnected, after `ms`.",
  "stream.failed": "An event stream failed; its reader reconnects with its last event id.",
  "stream.fetch_failed": "Events of a session could not be read yet; they are read again.",
  "channel.frame_failed": "A frame of a socket failed because of a defect or a dependency; its sender got an `error`.",
  "streams.repair_failed": "The search for missing events of open streams failed; it is repeated.",
  "facts.ask_failed":
    "It could not be asked which sessions of a watched tenant went on; it is asked again in a second.",
  "watch.failed": "The live view of an owner failed; it reconnects with its last event id.",
  "watch.fetch_failed": "Events of a live view could not be read yet; they are read again.",

  // Callers and links
  "credential.touch_failed": "The time of last use of a key or token could not be stored.",
  "sign_in.mail_failed": "A mail with a sign-in link could not be written; the person can ask for another.",
  "sign_in.provider_failed": "The identity provider could not be asked, or its answer is wrong; `code` says what.",
  "sign_in.refused": "Somebody came back from the identity provider and could not be signed in.",
  "verification.release_failed": "An attempt at a mailed code could not be returned.",
  "countries.unreadable": "The GeoIP file cannot be read; links with country rules refuse visitors.",
  "links.scanned": "One address tries many unknown link tokens; `addressHash` is a keyed hash.",
  "audit.entry":
    "Somebody did something in a tenant: an entry of its audit as `GET /api/audit` shows it. Told within a minute, twice only after a crash.",
  "audit.sealed":
    "The audit of a tenant has grown: place and hash of its newest entry. Kept elsewhere, these lines prove later that nothing before was changed.",
  "audit.seal_failed": "Ends of audit chains could not be sealed; it is repeated.",
  "security.notes_lost": "Security events could not be stored; `security_events_lost_total` counts them.",
  "visits.counts_lost": "Counts of opened links could not be stored; `visit_counts_lost_total` counts them.",
  "mail.failed": "The mail server rejected a mail; its codes are logged, its recipient is not.",
  "keys.hash_root_unreadable":
    "Tokens and links of this installation do not work: neither `SECRET_KEY` nor `SECRET_KEY_PREVIOUS` opens what its hashes are made with.",
  "keys.hash_root_unread":
    "The start waits for what the hashes of this installation are made with: the database did not give it.",
  "schema.waiting":
    "The start waits until the database has the schema of this release: its migration has not been run, or the database is away. Told once a minute.",
  "schema.unknown": "The table of reached schemas could not be read; asked again every half second.",
  "ops.no_numbers": "An autoscaler asked for numbers that could not be read; it was answered 503.",
  "keys.resealed": "Values were sealed anew under the current master key.",
  "keys.unreadable": "A sealed value opens under neither master key; it stays as it is.",
  "demo.visit_failed": "One visit of the demo's made-up week could not be played; the others are.",
  "demo.week_failed": "The demo's made-up week could not be played; the next start goes on with it.",
  "demo.week_played": "A first start has made up a week of conversations (`DEMO_WEEK`).",
  "demo.secret_unreadable": "A demo link of an earlier start cannot be shown: `SECRET_KEY` has changed.",

  // Webhooks and other outgoing requests
  "outbound.done": "An outgoing HTTP request ended.",
  "webhook.disabled": "A webhook was disabled: its server answered 410, or failed for days.",
  "webhook.secret_unusable": "The secret of a webhook cannot be decrypted: `SECRET_KEY` has changed.",
  "webhook.deferred": "The outcome of a delivery could not be stored; it may be delivered again.",
  "webhooks.failed": "The search for due deliveries failed; it is repeated.",
  "versions.seal_failed": "Secrets of old versions could not be sealed and are still readable; the next start retries.",

  // Knowledge
  "knowledge.document_not_embedded": "A document is found by its words only, until its vectors exist.",
  "knowledge.question_not_embedded": "A question is searched by its words only.",
  "knowledge.poll_failed": "The search for documents without vectors failed; it is repeated.",
  "model.no_key_scripted_instead": "The model in `wanted` is not configured: the scripted model answers.",
  "model.no_key_no_embeddings": "No key for the embedding model: knowledge is found by words only.",

  // Cleanup and facts
  "cleanup.round": "A job of the cleanup service handled so many rows.",
  "cleanup.round_failed": "A round of a job failed; it is repeated.",
  "erasure.requested": "Somebody asked for the data of a person or of a session to be erased.",
  "erasure.repeated": "The search after an erasure found something left in `store`; the work begins again.",
  "erasure.done": "Everything of a person or of a session is gone, and the receipt is there.",
  "erasure.restored": "A backup has brought back what was erased; it is erased again.",
  "erasure.ledger_unreadable":
    "Lines of the ledger of erasures are damaged or of another installation and were left out.",
  "sessions.purged": "The content of sessions past their retention period was removed.",
  "outbox.deferred": "Facts wait in the outbox; the cleanup service sends them within seconds.",
  "outbox.refused": "The bus refuses facts of the outbox; they are tried again.",
  "outbox.unknown_subject": "A fact of the outbox has a subject that this release does not know; it is dropped.",
  "fact.publish_deferred": "A fact could not be published at once; the outbox sends it within seconds.",

  // Process
  started: "All parts of the process have started.",
  "part.started": "A part of the process has started.",
  signal: "The process received a signal and begins to drain.",
  draining: "The process is no longer ready and finishes its work in progress.",
  "part.stop_failed": "A part did not stop cleanly or in time.",
  stopped: "All parts have stopped.",
  "exit.forced": "The process exited before it had stopped cleanly.",
  "start.failed": "The process could not start and ended.",
  uncaught: "An uncaught error; the process stops.",
  "ops.listening": "Probes and metrics are answered on this port.",
  "ops.no_free_port":
    "No `OPS_PORT` was set and all default ones are taken: the process runs without probes and metrics.",
  "ops.failed": "A probe or a scrape of metrics failed.",
  "clock.wrong": "The clock of this machine differs too much from that of `authority`; the process is not ready.",
  "clock.right": "The clock of this machine agrees with that of `authority` again.",

  // Database, Redis and bus
  "db.down": "The database does not answer; once per outage.",
  "db.up": "The database answers again, after `seconds`.",
  "db.connection_lost": "An idle connection to the database was closed from its side.",
  "redis.down": "Redis does not answer: limits are counted per gateway, live text is missing.",
  "redis.up": "Redis answers.",
  "live.listener_failed": "A reader of live text failed; the others go on.",
  "live.dropped": "A live message could not be sent or parsed; its content is in the database.",
  "bus.connected": "The bus is connected for the first time.",
  "bus.reconnected": "The bus is connected again.",
  "bus.disconnected": "The connection to the bus was lost; it retries forever.",
  "bus.connect_failed": "The bus does not answer; once per outage.",
  "bus.server_error": "The bus reports an error, such as a missing permission.",
  "bus.server_lacks": "The version of the bus lacks a feature that this release uses.",
  "bus.topology_failed": "The streams of the bus could not be set up; this is retried.",
  "bus.stream_differs": "A stream of the bus has settings that cannot be changed to those of this release.",
  "bus.drain_late": "The connection to the bus did not drain in time and was closed.",
  "rpc.failed": "A call failed because of a defect in the service that answers it.",
  "rpc.refused": "A call was refused because it is malformed: services of two releases, or a defect.",
  "rpc.signature_refused": "A call was refused because it is not signed by a service of this installation.",
  "rpc.answer_lost": "The answer of a call could not be sent; the caller runs into its deadline.",
  "listener.failed": "A listener of the bus failed on a message.",
  "listener.refused": "A message was dropped because it is malformed.",
  "work.failed": "Work that a hint asked for failed; it is tried again, or found by the next look at the database.",
  "work.refused":
    "A hint could not be read, or the server does not let this service receive it; a look at the database finds the work.",
};
