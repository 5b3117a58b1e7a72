/** oauth-token-refresh's door: the environment becomes dependencies, requests go to the app. */
import { readConfig } from "../../../shared/config.ts";
import { createApp } from "./app.ts";
import { connect } from "./connect.ts";

const app = createApp(connect(readConfig(Deno.env.toObject()), {
  fetch,
  writeLine: (line) => console.log(line),
  monotonicMs: () => performance.now(),
}));

export default { fetch: (request: Request) => app.fetch(request) };
