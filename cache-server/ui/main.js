// The console: which pages it has.

import { start } from "./house/app.js";

start({
  title: "Cache",
  subtitle: "console",
  pages: [{ name: "namespaces", text: "Namespaces", icon: "layers", load: () => import("./pages/namespaces.js") }],
});
