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
    { name: "analytics", text: "Analytics", icon: "chart", load: () => import("./pages/analytics.js") },
    { name: "costs", text: "Costs", icon: "money", load: () => import("./pages/costs.js") },
    { name: "cache", text: "Cache", icon: "layers", scope: "admin", load: () => import("./pages/cache.js") },
    { name: "system", text: "System", icon: "server", load: () => import("./pages/system.js") },
  ],
});
