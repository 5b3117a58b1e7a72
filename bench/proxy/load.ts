/** The load generator, a program of its own: reads at a steady rate, whether answers come or not. */
import { z } from "zod";
import { answerTask } from "../child.ts";
import { type LoadResult, loadResult, openLoop } from "../ingest/load.ts";
import { openConnection } from "../ingest/raw_http.ts";

const readTask = z.object({
  port: z.number(),
  path: z.string(),
  headers: z.record(z.string(), z.string()),
  connections: z.number(),
  count: z.number(),
  /** Requests per second. */
  rate: z.number(),
});
export type ReadTask = z.infer<typeof readTask>;
export { loadResult };

async function generate(given: unknown): Promise<LoadResult> {
  const task = readTask.parse(given);
  const headers = Object.entries({ host: "127.0.0.1", accept: "application/json", ...task.headers });
  const requests = Array.from({ length: task.count }, (_, index) => {
    // Each asks for something else: reads that are the same would share one call.
    const lines = [
      `GET ${task.path}?page=${index} HTTP/1.1`,
      ...headers.map(([name, value]) => `${name}: ${value}`),
    ];
    return new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`);
  });
  const connections = await Promise.all(
    Array.from({ length: task.connections }, () => openConnection(task.port)),
  );
  try {
    return await openLoop(task.rate, requests, connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}

if (import.meta.main) await answerTask(generate);
