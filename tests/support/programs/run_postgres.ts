/** A program for the tests of cleaning up: starts a server, tells where it is, and then does what it was told. */

import { runMain } from "../../../dev/cleanup.ts";
import { startPostgres } from "../../../dev/postgres.ts";

await runMain(async () => {
  const settings: Record<string, string> = Deno.args[0] === "fail" ? { no_such_setting: "1" } : {};
  const server = await startPostgres({ report: () => {}, settings });
  const folderOf = (path: string) => path.slice(0, path.lastIndexOf("/"));
  const folders = [server.logFile, server.dataDirectory].map(folderOf);
  console.log(JSON.stringify({ pid: server.pid, port: server.port, folders }));
  switch (Deno.args[0]) {
    case "throw":
      throw new Error("the program fails");
    case "reject":
      void Promise.reject(new Error("nobody awaits this"));
      break;
    case "return":
      return 3;
  }
  await new Promise((resolve) => setTimeout(resolve, 60_000));
  return 0;
});
