/** The load generator, a program of its own: signed webhooks to a function, as fast as it answers or at a steady rate. */
import { createHmac } from "node:crypto";
import { z } from "zod";
import { answerTask } from "../child.ts";
import { bodyAt, readCaptures } from "./bodies.ts";
import { buildRequest, openConnection, type RawConnection } from "./raw_http.ts";

const loadTask = z.object({
  port: z.number(),
  path: z.string(),
  secret: z.string(),
  entities: z.number(),
  connections: z.number(),
  /** The number of the first body; bodies of one run must not meet those of another. */
  from: z.number(),
  /** At most so many deliveries. */
  count: z.number(),
  seconds: z.number(),
  /** Deliveries per second, whether answers come or not; null sends the next as soon as one is answered. */
  rate: z.number().nullable(),
});
export type LoadTask = z.infer<typeof loadTask>;

export const loadResult = z.object({
  deliveries: z.number(),
  seconds: z.number(),
  /** From the moment a delivery was due to the last byte of its answer. */
  latenciesMs: z.array(z.number()),
});
export type LoadResult = z.infer<typeof loadResult>;

async function generate(given: unknown): Promise<LoadResult> {
  const task = loadTask.parse(given);
  const file = new URL("../../tests/fixtures/plane/webhooks.jsonl", import.meta.url);
  const captures = readCaptures(await Deno.readTextFile(file));
  const requests = Array.from({ length: task.count }, (_, index) => {
    const body = bodyAt(captures, task.from + index, task.entities);
    const signature = createHmac("sha256", task.secret).update(body).digest("hex");
    return buildRequest(
      task.path,
      { "x-plane-signature": signature, "x-plane-delivery": crypto.randomUUID() },
      body,
    );
  });
  const connections = await Promise.all(
    Array.from({ length: task.connections }, () => openConnection(task.port)),
  );
  try {
    return task.rate === null
      ? await closedLoop(task, requests, connections)
      : await openLoop(task.rate, requests, connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function closedLoop(
  task: LoadTask,
  requests: readonly Uint8Array[],
  connections: readonly RawConnection[],
): Promise<LoadResult> {
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  const endsAt = startedAt + task.seconds * 1000;
  let next = 0;
  await Promise.all(connections.map(async (connection) => {
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      const sentAt = performance.now();
      if (sentAt >= endsAt) return;
      await deliver(connection, request);
      latenciesMs.push(performance.now() - sentAt);
    }
  }));
  const seconds = (performance.now() - startedAt) / 1000;
  return { deliveries: latenciesMs.length, seconds, latenciesMs };
}

/** A late answer does not hold back what is due: it waits for a free connection, and its waiting counts. */
export async function openLoop(
  rate: number,
  requests: readonly Uint8Array[],
  connections: readonly RawConnection[],
): Promise<LoadResult> {
  const free = [...connections];
  const due: { request: Uint8Array; dueAt: number }[] = [];
  const latenciesMs: number[] = [];
  const running: Promise<void>[] = [];
  const startedAt = performance.now();
  const send = () => {
    for (let connection = free.pop(); connection !== undefined; connection = free.pop()) {
      const job = due.shift();
      const mine = connection;
      if (job === undefined) {
        free.push(mine);
        return;
      }
      running.push(
        deliver(mine, job.request).then(() => {
          latenciesMs.push(performance.now() - job.dueAt);
          free.push(mine);
          send();
        }),
      );
    }
  };
  for (const [index, request] of requests.entries()) {
    const dueAt = startedAt + (index * 1000) / rate;
    const wait = dueAt - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    due.push({ request, dueAt });
    send();
  }
  while (latenciesMs.length < requests.length) await Promise.all(running.splice(0));
  return { deliveries: latenciesMs.length, seconds: (performance.now() - startedAt) / 1000, latenciesMs };
}

async function deliver(connection: RawConnection, request: Uint8Array): Promise<void> {
  const status = await connection.exchange(request);
  if (status !== 200) throw new Error(`The function answered ${status}.`);
}

if (import.meta.main) await answerTask(generate);
