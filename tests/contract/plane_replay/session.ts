/**
 * Calls of the web app's session API. The sandbox has no such API: what they do is done through its web door and its
 * list of webhooks, so that the traffic after them finds the same state. Their answers are not compared.
 */
import { z } from "zod";
import type { SandboxPlane, Webhook } from "../../../dev/sandbox/plane/server.ts";
import type { CapturedCall } from "./captures.ts";
import type { Ids } from "./compare.ts";

const webhookForm = z.object({
  id: z.string(),
  url: z.string(),
  project: z.boolean(),
  issue: z.boolean(),
  module: z.boolean(),
  cycle: z.boolean(),
  issue_comment: z.boolean(),
});
const withId = z.object({ id: z.string() });
const withIds = z.object({ issue_ids: z.array(z.string()) });
const anyObject = z.record(z.string(), z.json());

export interface SessionContext {
  readonly plane: SandboxPlane;
  readonly ids: Ids;
  readonly receiverUrl: string;
  /** Webhooks by their captured id. */
  readonly webhooks: Map<string, Webhook>;
}

/** Does what the call did. Refused calls did nothing. */
export async function replaySessionCall(call: CapturedCall, context: SessionContext): Promise<void> {
  if (call.status >= 300 || call.method === "GET") return;
  const path = context.ids.translate(call.path).replace(/^\/api\/workspaces\/[^/]+/, "");
  const webhook = /^\/webhooks\/(?:([^/]+)\/(regenerate\/)?)?$/.exec(
    call.path.replace(/^\/api\/workspaces\/[^/]+/, ""),
  );
  if (webhook) return changeWebhook(call, webhook[1], webhook[2] !== undefined, context);
  const [, project = "", rest = ""] = /^\/projects\/([^/]+)\/(.*)$/.exec(path) ?? [];
  const body = anyObject.parse(JSON.parse(context.ids.translate(call.request_body ?? "") || "{}"));
  const answer = await act(call.method, project, rest, body, context);
  const captured = withId.safeParse(call.response_body === "" ? null : JSON.parse(call.response_body));
  const replayed = withId.safeParse(answer);
  if (captured.success && replayed.success) context.ids.learn(captured.data.id, replayed.data.id);
}

function act(
  method: string,
  project: string,
  rest: string,
  body: z.output<typeof anyObject>,
  { plane }: SessionContext,
): unknown {
  const { web, users: { alice } } = plane;
  const [collection = "", id = "", sub = "", subId = ""] = rest.split("/");
  if (collection === "bulk-archive-issues") {
    return withIds.parse(body).issue_ids.forEach((item) => web.archive(item));
  }
  if (collection === "bulk-delete-issues") {
    return withIds.parse(body).issue_ids.forEach((item) => web.deleteWorkItem(alice, item));
  }
  // The web app's calls for cycles and modules send the same webhooks as the REST API's.
  if (collection !== "issues") {
    return plane.api(
      method,
      `/projects/${project}/${rest.replace(/(modules\/[^/]+\/)issues/, "$1module-issues")}`,
      body,
    );
  }
  if (sub === "archive") return method === "POST" ? web.archive(id) : web.unarchive(id);
  if (sub === "comments") {
    if (method === "POST") return web.createComment(alice, id, body);
    return method === "PATCH" ? web.updateComment(alice, subId, body) : web.deleteComment(alice, subId);
  }
  if (method === "POST") return web.createWorkItem(alice, project, body);
  return method === "PATCH" ? web.updateWorkItem(alice, id, body) : web.deleteWorkItem(alice, id);
}

function changeWebhook(
  call: CapturedCall,
  id: string | undefined,
  regenerate: boolean,
  context: SessionContext,
): void {
  const { plane, webhooks, ids, receiverUrl } = context;
  const known = webhooks.get(id ?? "");
  if (known !== undefined) {
    if (regenerate) plane.webhooks.regenerate(known);
    else known.isActive = true;
    return;
  }
  const form = webhookForm.parse(JSON.parse(call.response_body));
  const flags = ["project", "issue", "module", "cycle", "issue_comment"] as const;
  const events = flags.filter((flag) => form[flag]);
  const added = plane.webhooks.add({ url: receiverUrl + new URL(form.url).pathname, events });
  webhooks.set(form.id, added);
  ids.learn(form.id, added.id);
}
