/**
 * A real Plane for the edit scripts: the integration's user, a person, somebody else who can be assigned, and an ear for a
 * webhook of the workspace. Projects that are there before take no part; those made meanwhile are deleted at the end.
 */
import { apiRoot } from "../../shared/plane/base_url.ts";
import { PlaneClient } from "../../shared/plane/client.ts";
import { PlanePicture } from "./real_plane_picture.ts";

export interface RealPlaneTarget {
  url: string;
  workspaceSlug: string;
  /** The integration's user: may make projects and see all members. */
  apiKey: string;
  /** Another user, who may make projects. */
  personKey: string;
  /** Where a webhook of the workspace, for all events, posts to on this machine. */
  webhookPort: number;
}

/** As long as this after the last change or webhook nothing more comes; seen: 0.3 s at most, from an idle server. */
const QUIET_MS = 1_500;

export class RealPlane implements AsyncDisposable {
  readonly deliveries: { body: string }[] = [];
  /** False while the webhook is as good as switched off. */
  isListening = true;
  #lastNews = performance.now();
  readonly #ear: Deno.HttpServer;

  private constructor(
    readonly target: RealPlaneTarget,
    readonly world: PlanePicture,
    readonly bot: string,
    /** The person, then somebody else. */
    readonly people: readonly string[],
  ) {
    this.#ear = Deno.serve(
      { hostname: "127.0.0.1", port: target.webhookPort, onListen: () => {} },
      async (request) => {
        const body = await request.text();
        this.#lastNews = performance.now();
        if (this.isListening && this.#isOurs(body)) this.deliveries.push({ body });
        return Response.json({ ok: true });
      },
    );
  }

  static async open(target: RealPlaneTarget): Promise<RealPlane> {
    const { url: baseUrl, workspaceSlug, apiKey } = target;
    const client = new PlaneClient({ baseUrl, workspaceSlug, apiKey }, { fetch });
    const person = await new PlaneClient({ baseUrl, workspaceSlug, apiKey: target.personKey }, { fetch })
      .me();
    const bot = await client.me();
    const members = await client.members();
    const other = members.find(({ id, role }) => id !== bot.id && id !== person.id && (role ?? 0) >= 15);
    if (other === undefined) throw new Error("the workspace needs a third member who can be assigned");
    const strangers = new Set((await client.projects()).map(({ id }) => id));
    return new RealPlane(target, new PlanePicture(client, members, strangers), bot.id, [person.id, other.id]);
  }

  /** A request of the engine's: what it changes is announced soon. */
  readonly fetch: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    if (init?.method !== undefined && init.method !== "GET") this.#lastNews = performance.now();
    return answer;
  };

  /** Resolves when nothing was changed or announced for a while: nobody can look into Plane's queue. */
  async idle(): Promise<void> {
    for (;;) {
      const rest = QUIET_MS - (performance.now() - this.#lastNews);
      if (rest <= 0) return;
      await new Promise((resolve) => setTimeout(resolve, rest));
    }
  }

  /** What a person does. Returns whether Plane took it. */
  async may(method: string, path: string, body?: unknown): Promise<boolean> {
    return (await this.#send("person", method, path, body)).ok;
  }

  async must(
    who: "bot" | "person",
    method: string,
    path: string,
    body: unknown,
  ): Promise<Record<string, unknown>> {
    const answer = await this.#send(who, method, path, body);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world.refresh();
    for (const id of this.world.projects.keys()) {
      for (const who of ["bot", "person"] as const) await this.#send(who, "DELETE", `/projects/${id}/`);
    }
    await this.idle();
    await this.#ear.shutdown();
  }

  #send(who: "bot" | "person", method: string, path: string, body?: unknown): Promise<Response> {
    const { url, workspaceSlug, apiKey, personKey } = this.target;
    return this.fetch(`${apiRoot(url)}workspaces/${workspaceSlug}${path}`, {
      method,
      headers: { "content-type": "application/json", "x-api-key": who === "bot" ? apiKey : personKey },
      body: body === undefined ? null : JSON.stringify(body),
    });
  }

  #isOurs(body: string): boolean {
    const { data } = JSON.parse(body);
    return ![data?.project, data?.id].some((id) => this.world.strangers.has(id));
  }
}
