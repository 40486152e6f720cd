/**
 * What every event of the log means, by its name: the one list of them. `docs/log-events.md` is made of it, with levels and
 * fields as the sources have them; an event that is written and not listed here, or the other way round, fails the checks.
 */
export const LOG_EVENTS: Record<string, string> = {
  // Conversations
  "session.created": "A session was opened.",
  "session.ended": "A session is over; `reason` says who or what ended it.",
  "message.accepted": "A message is stored in its place and will be answered; repeats of it are not logged.",
  "turn.committed":
    "A turn is stored. `kind`: what it answered; `failed`: an error code, null when it went well; `ms` from its start to its commit; `modelMs`, `modelCalls` and tokens of all its calls.",
  "turn.called":
    "A call that a turn made, to a model or an API. `type`: what for; `ms`, tokens and model; `failed`: an error code or null.",
  "turn.extracted": "The variables that an extraction found, by name; never their values.",
  "turn.transition": "A turn went from one node to another.",
  "turn.fenced":
    "The result of a turn was refused and dropped, because its lease had passed to another runner or to a human.",
  "turn.retry": "A session could not be worked on and will be tried again.",
  "turn.fact_lost": "A committed turn could not be announced; readers find it in the database.",
  "turn.wakeup_lost": "A wake-up could not be sent; a runner finds the turn within a second or so.",
  "turn.stream_failed": "An answer that was being streamed to a caller broke off; the turn itself goes on.",
  "poll.failed": "The search for turns whose wake-up was lost failed; it is repeated every second.",
  "definition.unusable": "A stored agent version cannot run; its turns fail.",
  "output.withheld": "An output filter held back text of a model; `rules` are the names of its rules.",
  "retrieval.failed": "Knowledge could not be searched; the turn went on without it.",
  "model.attempt_failed":
    "A call of a model failed and is repeated, or given to the fallback model, where that may help.",
  "escalation.opened": "A human is asked for; `source` says by whom.",
  "escalation.assigned": "A human has taken a conversation.",
  "escalation.resolved": "A request for a human is over; `outcome` says how.",
  "analysis.deferred": "The questions after the end of a session could not be answered yet; they are asked again.",
  "analyses.failed": "The search for sessions with questions after their end failed; it is repeated.",
  "memory.deferred": "What is remembered of a person could not be brought up to date yet; it is tried again.",
  "memory.poll_failed": "The search for memories that are out of date failed; it is repeated.",

  // HTTP and event streams
  "http.request":
    "A request was answered or left, in `ms`; of an event stream when it ended. `route` is the pattern, never the address. Probes are left out.",
  "http.refused": "A request was refused; `code` is the error code of the answer.",
  "http.failed": "A request failed because of a defect or a dependency: 500.",
  "gateway.listening": "The gateway takes connections.",
  "stream.opened": "A reader follows a session; `linkId` is null for backends and owners.",
  "stream.closed": "A reader of a session is gone, after `ms`.",
  "stream.failed": "An event stream ended by a failure; its reader comes back with its last id.",
  "stream.fetch_failed": "Events of a session could not be read yet; they are asked for again.",
  "streams.repair_failed": "The look for missing events of open streams failed; it is repeated.",
  "watch.failed": "An owner's live view ended by a failure; it comes back with its last id.",
  "watch.fetch_failed": "Events of a live view could not be read yet; they are asked for again.",

  // Callers and links
  "credential.touch_failed": "When a key or token was last used could not be noted.",
  "verification.release_failed": "A try of a mailed code could not be given back.",
  "countries.unreadable": "The file of countries by address cannot be read; links with countries refuse.",
  "links.scanned": "An address tries one unknown link token after the other; `addressHash` is keyed.",
  "security.notes_lost": "Security events could not be kept; `security_events_lost_total` counts them.",
  "mail.failed": "A mail was not taken by the mail server; its codes are told, its recipient is not.",
  "demo.secret_unreadable": "A demo link that an earlier start made cannot be shown: `SECRET_KEY` is another one.",

  // Webhooks and other outgoing requests
  "outbound.done": "An outgoing HTTP request ended.",
  "webhook.disabled": "A receiver was switched off: it said that it is gone, or failed for days.",
  "webhook.secret_unusable": "The secret of a receiver cannot be opened: `SECRET_KEY` is another one.",
  "webhook.deferred": "The outcome of a delivery could not be noted; it may be delivered again.",
  "webhooks.failed": "The search for due deliveries failed; it is repeated.",
  "versions.seal_failed":
    "Secrets of versions from before they were sealed still lie readable; the next start tries again.",

  // Knowledge
  "knowledge.document_not_embedded": "A document is found by its words only until its vectors are made.",
  "knowledge.question_not_embedded": "A question is searched by its words only.",
  "knowledge.poll_failed": "The search for documents without vectors failed; it is repeated.",
  "model.no_key_scripted_instead": "No model is configured for the wish in `wanted`: the scripted one answers.",
  "model.no_key_no_embeddings": "No key for the embedding model: knowledge is found by words only.",

  // Cleanup and facts
  "cleanup.round": "A job of the cleanup service handled so many rows.",
  "cleanup.round_failed": "A round of a job failed; it is repeated.",
  "sessions.purged": "The content of sessions that were kept long enough was removed.",
  "outbox.deferred": "Facts wait in the outbox; the cleanup service sends them within seconds.",
  "outbox.refused": "The bus refuses facts of the outbox; they are tried again.",
  "outbox.unknown_subject": "A fact of the outbox has a subject that this release does not know; it is dropped.",
  "fact.publish_deferred": "A fact could not be published at once; the outbox sends it within seconds.",

  // Process
  started: "All parts of the process have started.",
  "part.started": "A part of the process has started.",
  signal: "The process was asked to end and begins to drain.",
  draining: "The process is not ready any more and finishes what it has.",
  "part.stop_failed": "A part did not stop in order or in time.",
  stopped: "All parts have stopped.",
  "exit.forced": "The process ended before it had stopped in order.",
  "start.failed": "The process could not start and ended.",
  uncaught: "An error that nobody expected; the process stops.",
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
  "live.dropped": "A live message could not be sent or understood; what it told is in the database.",
  "bus.connected": "The bus is connected for the first time.",
  "bus.reconnected": "The bus is connected again.",
  "bus.disconnected": "The connection to the bus was lost; it is tried again for ever.",
  "bus.connect_failed": "The bus does not answer; once per outage.",
  "bus.server_error": "The bus reports an error, such as a missing permission.",
  "bus.server_lacks": "The bus is of a version that lacks something this release would use.",
  "bus.topology_failed": "Streams and consumers of the bus could not be set up; it is tried again.",
  "bus.stream_differs": "A stream of the bus has settings that cannot be changed to those of this release.",
  "bus.drain_late": "The connection to the bus did not drain in time and was closed.",
  "rpc.failed": "A call failed because of a defect in the service that answers it.",
  "rpc.refused": "A call was refused because it is malformed: services of two releases, or a defect.",
  "rpc.signature_refused": "A call was refused because it is not signed by a service of this installation.",
  "rpc.answer_lost": "The answer of a call could not be sent; the caller runs into its deadline.",
  "listener.failed": "A listener of the bus failed on a message.",
  "listener.refused": "A message was dropped because it is malformed.",
  "work.failed": "A stored message could not be handled; `outcome` says what becomes of it.",
  "work.dead": "A stored message was given up and put aside.",
  "work.dead_letter_failed": "A message that was given up could not be put aside; it is delivered again.",
  "work.bind_failed": "A consumer of stored messages could not be reached; it is tried again.",
  "work.silent": "A consumer heard nothing from the bus for too long and binds anew.",
  "work.hint_failed":
    "A wake-up of this process that could not be stored failed; the look at the database finds the turn.",
};
