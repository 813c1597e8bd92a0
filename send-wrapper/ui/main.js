// The UI of the administrators of SGraph Send: which pages it has.

import { start } from "./house/app.js";

start({
  title: "SGraph Send",
  subtitle: "admin",
  pages: [
    { name: "overview", text: "Overview", icon: "home", load: () => import("./pages/overview.js") },
    { name: "tokens", text: "Tokens", icon: "key", load: () => import("./pages/tokens.js") },
    { name: "token", below: "tokens", load: () => import("./pages/token.js") },
    { name: "transfers", text: "Transfers", icon: "transfer", load: () => import("./pages/transfers.js") },
    { name: "transfer", below: "transfers", load: () => import("./pages/transfer.js") },
  ],
});
