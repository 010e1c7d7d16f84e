/** The second part of the script: what a visitor needs only once the chat is open. */

import type { TouchlineChat } from "../element";
import { Extras } from "./extras";

const chat = customElements.get("touchline-chat") as typeof TouchlineChat | undefined;
if (chat) {
  chat.more = (parts) => new Extras(parts);
}
