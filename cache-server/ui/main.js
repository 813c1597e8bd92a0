// The console: which pages it has.

import { start } from "./house/app.js";

start({
  title: "Cache",
  subtitle: "console",
  pages: [
    { name: "namespaces", text: "Namespaces", icon: "layers", load: () => import("./pages/namespaces.js") },
    { name: "namespace", below: "namespaces", load: () => import("./pages/namespace.js") },
    { name: "entry", below: "namespaces", load: () => import("./pages/entry.js") },
    { name: "search", text: "Search", icon: "search", load: () => import("./pages/search.js") },
    { name: "server", text: "Server", icon: "server", load: () => import("./pages/server.js") },
  ],
});
