import { createChatWidget } from "@parley/client";
import * as React from "react";

/** The widget of your server as a component: `<ChatWidget />`, or `<ChatWidget link="pl_…" mode="inline" theme="dark" />`. */
export default createChatWidget(React, "http://localhost:8080");
