/** What the story needs of a Plane; here the sandbox, which sends its webhooks to the function itself. */
import { createHmac } from "node:crypto";
import type { InProcessSandboxPlane, Webhook } from "../sandbox/plane/server.ts";

export interface StoryPlane {
  /** Makes names of one run different from those of another. */
  suffix: string;
  assignee: { id: string; email: string };
  /** False with a real Odoo, where nobody has the sandbox's address. */
  assigneeIsInOdoo: boolean;
  /** From now on changes are announced in this envelope. */
  announceAs(version: "v1" | "v2" | "legacy"): void;
  createProject(name: string): Promise<string>;
  createLabel(project: string, name: string): Promise<string>;
  stateId(project: string, name: string): Promise<string>;
  createWorkItem(project: string, fields: Record<string, unknown>): Promise<string>;
  updateWorkItem(project: string, item: string, fields: Record<string, unknown>): Promise<void>;
  workItem(project: string, item: string): Promise<Record<string, unknown>>;
  /** Waits until the work item is so. */
  until(item: string, holds: (item: Record<string, unknown>) => boolean): Promise<void>;
  /** Waits until there is a work item of this name. */
  findWorkItem(project: string, name: string): Promise<Record<string, unknown>>;
  /** Resolves when all webhooks have been answered. */
  idle(): Promise<void>;
  /** Runs the change while its webhooks are held back, and returns their bodies. */
  withheld(change: () => Promise<unknown>): Promise<string[]>;
  sent(): readonly { body: string }[];
}

const ARRIVES_WITHIN_MS = 30_000;
const LOOKS_EVERY_MS = 5;

export function sandboxStory(
  plane: InProcessSandboxPlane,
  functionUrl: string,
  secret: string,
  assigneeIsInOdoo: boolean,
): StoryPlane {
  const url = `${functionUrl}?source=plane`;
  let webhook: Webhook | undefined;
  const listenAs = (version: "v1" | "v2" | "legacy", to = url) => {
    if (webhook !== undefined) plane.webhooks.remove(webhook);
    webhook = plane.webhooks.add({ url: to, version, secret });
  };
  const id = async (method: string, path: string, body: unknown) => {
    const { id } = await plane.api(method, path, body);
    // The webhook is on its way as soon as Plane has answered; its arrival is part of the story.
    return String(id);
  };
  const workItem = (project: string, item: string) =>
    plane.api("GET", `/projects/${project}/work-items/${item}/`);
  /** Looks into the sandbox itself: asking so often would use up the key's requests. */
  const waitFor = async (what: string, found: () => string | undefined): Promise<string> => {
    const giveUpAt = performance.now() + ARRIVES_WITHIN_MS;
    while (performance.now() < giveUpAt) {
      const id = found();
      if (id !== undefined) return id;
      await new Promise((resolve) => setTimeout(resolve, LOOKS_EVERY_MS));
    }
    throw new Error(`${what} does not arrive in Plane within ${ARRIVES_WITHIN_MS} ms.`);
  };
  return {
    suffix: crypto.randomUUID().slice(0, 8),
    assignee: plane.users.alice,
    assigneeIsInOdoo,
    announceAs: listenAs,
    createProject: (name) =>
      id("POST", "/projects/", { name, identifier: crypto.randomUUID().slice(0, 6).toUpperCase() }),
    createLabel: (project, name) => id("POST", `/projects/${project}/labels/`, { name }),
    stateId: async (project, name) => {
      const { results } = await plane.api("GET", `/projects/${project}/states/`);
      const state = (results as { id: string; name: string }[]).find((candidate) => candidate.name === name);
      if (state === undefined) throw new Error(`Plane has no state ${name}.`);
      return state.id;
    },
    createWorkItem: (project, fields) => id("POST", `/projects/${project}/work-items/`, fields),
    updateWorkItem: async (project, item, fields) => {
      await plane.api("PATCH", `/projects/${project}/work-items/${item}/`, fields);
      await plane.idle();
    },
    workItem,
    until: async (item, holds) => {
      await waitFor("The change", () => {
        const found = plane.world.workItems.get(item);
        return found !== undefined && holds({ ...found }) ? item : undefined;
      });
    },
    findWorkItem: async (project, name) => {
      const id = await waitFor(
        `"${name}"`,
        () => plane.world.ofProject(plane.world.workItems, project).find((item) => item.name === name)?.id,
      );
      return await workItem(project, id);
    },
    idle: () => plane.idle(),
    withheld: async (change) => {
      const before = plane.deliveries.length;
      const held = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen: () => {} },
        () => new Response("{}"),
      );
      listenAs("v1", `http://127.0.0.1:${held.addr.port}/`);
      try {
        await change();
        await plane.idle();
        return plane.deliveries.slice(before).map(({ body }) => body);
      } finally {
        listenAs("v1");
        await held.shutdown();
      }
    },
    sent: () => plane.deliveries,
  };
}

/** The signature as Plane makes it: HMAC-SHA256 over the body's bytes, in hex. */
export function sign(secret: string, body: string): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}
