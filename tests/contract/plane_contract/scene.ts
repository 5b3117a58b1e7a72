/** A project to work in, and plain requests beside the client. */
import assert from "node:assert/strict";
import { z } from "zod";
import type { PlaneClient } from "../../../shared/plane/client.ts";
import { SuiteError } from "../../../shared/errors.ts";
import { apiRoot } from "../../../shared/plane/base_url.ts";
import type { PlaneTarget } from "../plane_contract.ts";

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or `null`. */
  readonly body: unknown;
}

const record = z.record(z.string(), z.unknown());
const withId = z.looseObject({ id: z.string() });

export class PlaneScene {
  readonly #root: string;

  private constructor(
    readonly target: PlaneTarget,
    readonly client: PlaneClient,
    readonly projectId: string,
    /** The user the key belongs to. */
    readonly userId: string,
  ) {
    this.#root = apiRoot(target.baseUrl);
  }

  static async open(target: PlaneTarget, client: PlaneClient): Promise<PlaneScene> {
    const user = await client.me();
    const mark = crypto.randomUUID().slice(0, 8);
    const opening = new PlaneScene(target, client, "", user.id);
    const project = await opening.make("/projects/", {
      name: `Contract ${mark}`,
      identifier: `C${mark}`.toUpperCase(),
      cycle_view: true,
      module_view: true,
    });
    return new PlaneScene(target, client, project.id, user.id);
  }

  async close(): Promise<void> {
    const answer = await this.request("DELETE", `/projects/${this.projectId}/`);
    assert.equal(answer.status, 204);
  }

  /** A path below the project. */
  path(rest: string): string {
    return `/projects/${this.projectId}/${rest}`;
  }

  /** `path` is relative to the workspace. At the request limit it waits as long as Plane asks. */
  async request(
    method: string,
    path: string,
    body?: unknown,
    apiKey: string | null = this.target.apiKey,
  ): Promise<RawAnswer> {
    const key: Record<string, string> = apiKey === null ? {} : { "X-API-Key": apiKey };
    for (;;) {
      const response = await fetch(`${this.#root}workspaces/${this.target.workspaceSlug}${path}`, {
        method,
        headers: { "Content-Type": "application/json", ...key },
        body: body === undefined ? null : JSON.stringify(body),
        redirect: "manual",
      });
      const text = await response.text();
      if (response.status === 429) {
        await waitSeconds(Number(response.headers.get("retry-after") ?? 60));
        continue;
      }
      const isJson = response.headers.get("content-type")?.includes("json") === true && text !== "";
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : null };
    }
  }

  /** A create that must succeed: 201, or 200 for a state. */
  async make(path: string, body: unknown): Promise<z.output<typeof withId>> {
    const answer = await this.request("POST", path, body);
    assert.ok(
      answer.status === 201 || answer.status === 200,
      `POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`,
    );
    return withId.parse(answer.body);
  }

  makeWorkItem(body: Record<string, unknown>): Promise<z.output<typeof withId>> {
    return this.make(this.path("work-items/"), { name: "item", ...body });
  }

  async patchWorkItem(id: string, body: unknown): Promise<Record<string, unknown>> {
    const answer = await this.request("PATCH", this.path(`work-items/${id}/`), body);
    assert.equal(answer.status, 200);
    return record.parse(answer.body);
  }

  /** `updated_at` at rest. Background work of a change moves the stamp once more, a moment after the answer. */
  async settledStamp(workItemId: string): Promise<string> {
    const read = async () =>
      (await this.ask((client) => client.workItem(this.projectId, workItemId))).updated_at;
    let stamp = await read();
    for (let count = 0; count < 20; count += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      const again = await read();
      if (again === stamp) return stamp;
      stamp = again;
    }
    throw new Error("the stamp does not come to rest");
  }

  /** The client's answer, asked again when the request limit was reached. */
  async ask<Answer>(question: (client: PlaneClient) => Promise<Answer>): Promise<Answer> {
    for (;;) {
      try {
        return await question(this.client);
      } catch (thrown) {
        if (!(thrown instanceof SuiteError) || thrown.code !== "plane_rate_limited") throw thrown;
        await waitSeconds((thrown.retryAfterMs ?? 60_000) / 1000);
      }
    }
  }
}

function waitSeconds(seconds: number): Promise<void> {
  console.log(`the request limit is reached, going on in ${seconds} s`);
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
