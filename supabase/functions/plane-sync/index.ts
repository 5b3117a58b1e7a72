/** plane-sync's door: the environment becomes dependencies, requests go to the app. */
import process from "node:process";
import { readConfig } from "../../../shared/config.ts";
import { createApp } from "./app.ts";
import { connect } from "./connect.ts";

declare const EdgeRuntime: { waitUntil(promise: Promise<unknown>): void };

const app = createApp(connect(readConfig(Deno.env.toObject()), {
  fetch,
  writeLine: (line) => console.log(line),
  monotonicMs: () => performance.now(),
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  waitUntil: (promise) => EdgeRuntime.waitUntil(promise),
  onEnding: (listener) => addEventListener("beforeunload", listener),
}));

export default { fetch: (request: Request) => app.fetch(request) };
