import { mountWidget, type Widget, type WidgetMessage } from "@parley/client/widget";
import { defineComponent, h, onBeforeUnmount, onMounted, ref } from "vue";

/** The widget of your server as a component: `<ChatWidget link="pl_…" mode="inline" @message="…" />`. */
export default defineComponent({
  name: "ChatWidget",
  props: {
    server: { type: String, default: "http://localhost:8080" },
    link: String,
    theme: String as () => "light" | "dark" | "auto",
    mode: String as () => "bubble" | "inline" | "page",
    locale: String,
    identity: String,
  },
  emits: { message: (_message: WidgetMessage) => true, ready: (_widget: Widget) => true },
  setup({ server, ...options }, { emit }) {
    const place = ref<HTMLElement>();
    let remove = (): void => undefined;
    onMounted(() => {
      remove = mountWidget(server, {
        ...options,
        place: place.value,
        ready: (widget) => {
          widget.on("message", (message: WidgetMessage) => emit("message", message));
          emit("ready", widget);
        },
      });
    });
    onBeforeUnmount(() => remove());
    return () => h("div", { ref: place });
  },
});
