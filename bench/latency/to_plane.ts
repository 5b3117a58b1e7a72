/**
 * How long a change takes from Odoo to Plane. It begins when Odoo has answered the write, and ends when the sandbox Plane has the
 * value, looked for every few ms. By webhook: the bench sends what an add-on in Odoo sends after its transaction, signed. By
 * polling: nobody tells anything, and the function is asked to sweep at a fixed interval, as cron does more rarely.
 */
import { createHmac } from "node:crypto";
import type { InProcessSandboxPlane } from "../../dev/sandbox/plane/server.ts";
import type { Stack } from "../../dev/stack.ts";
import type { OdooClient } from "../../shared/odoo/client.ts";

export interface ToPlane {
  /** In ms. */
  byWebhook: number[];
  byPolling: number[];
}

export interface ToPlaneScene {
  stack: Pick<Stack, "functionUrl" | "keys" | "odooWebhookSecret">;
  plane: Pick<InProcessSandboxPlane, "world">;
  odoo: OdooClient;
}

export const PER_SECOND_TO_PLANE = 3;
export const POLL_EVERY_MS = 2_000;
const CHANGES = 24;
const ARRIVES_WITHIN_MS = 15_000;
const LOOKS_EVERY_MS = 2;

/** @param tasks the work items that are changed in turn, with their tasks in Odoo */
export async function measureToPlane(
  scene: ToPlaneScene,
  tasks: ReadonlyMap<string, number>,
  report: (line: string) => void,
): Promise<ToPlane> {
  report(`to Plane by webhook: ${CHANGES} changes, ${PER_SECOND_TO_PLANE} per second`);
  const byWebhook = await changes(scene, tasks, "Told", (task) => tell(scene, task));
  report(`to Plane by polling every ${POLL_EVERY_MS / 1000} s: ${CHANGES} changes`);
  // The first poll only notes where the next one begins.
  await poll(scene);
  const polling = startPolling(scene);
  try {
    return { byWebhook, byPolling: await changes(scene, tasks, "Found", () => Promise.resolve()) };
  } finally {
    await polling.stop();
  }
}

/** Renames the tasks in turn and waits for each name in Plane. */
async function changes(
  { plane, odoo }: ToPlaneScene,
  tasks: ReadonlyMap<string, number>,
  word: string,
  afterwards: (task: number) => Promise<void>,
): Promise<number[]> {
  const pairs = [...tasks];
  const startedAt = performance.now();
  const arrivals: Promise<number>[] = [];
  for (let number = 0; number < CHANGES; number++) {
    const wait = startedAt + (number * 1000) / PER_SECOND_TO_PLANE - performance.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(wait, 0)));
    const [item, task] = pairs[number % pairs.length] ?? ["", 0];
    const name = `${word} ${number}`;
    await odoo.write("project.task", [task], { name });
    const writtenAt = performance.now();
    arrivals.push(arrival(plane, item, name).then((at) => at - writtenAt));
    await afterwards(task);
  }
  return await Promise.all(arrivals);
}

async function arrival({ world }: ToPlaneScene["plane"], item: string, name: string): Promise<number> {
  const giveUpAt = performance.now() + ARRIVES_WITHIN_MS;
  while (performance.now() < giveUpAt) {
    if (world.workItems.get(item)?.name === name) return performance.now();
    await new Promise((resolve) => setTimeout(resolve, LOOKS_EVERY_MS));
  }
  throw new Error(`"${name}" is not in Plane after ${ARRIVES_WITHIN_MS} ms`);
}

/** What an add-on sends once its transaction is committed. */
async function tell({ stack }: ToPlaneScene, id: number): Promise<void> {
  const body = JSON.stringify({
    model: "project.task",
    action: "write",
    data: { id },
    delivery_id: crypto.randomUUID(),
  });
  const signature = createHmac("sha256", stack.odooWebhookSecret).update(body).digest("hex");
  const headers = { "content-type": "application/json", "x-odoo-signature": signature };
  await answered(await fetch(`${stack.functionUrl}?source=odoo`, { method: "POST", headers, body }));
}

/** One sweep, whenever the last one was. */
async function poll({ stack }: ToPlaneScene): Promise<void> {
  const headers = { "content-type": "application/json", apikey: stack.keys.manage };
  const body = JSON.stringify({ full: true });
  await answered(await fetch(`${stack.functionUrl}?action=sweep`, { method: "POST", headers, body }));
}

function startPolling(scene: ToPlaneScene): { stop(): Promise<void> } {
  let stopping = false;
  const running = (async () => {
    for (let next = performance.now(); !stopping; next += POLL_EVERY_MS) {
      await new Promise((resolve) => setTimeout(resolve, Math.max(next - performance.now(), 0)));
      if (!stopping) await poll(scene);
    }
  })();
  // Whoever waits for the changes hears of it.
  running.catch(() => {});
  return {
    stop: async () => {
      stopping = true;
      await running;
    },
  };
}

async function answered(response: Response): Promise<void> {
  const text = await response.text();
  if (!response.ok) throw new Error(`plane-sync answered ${response.status}: ${text}`);
}
