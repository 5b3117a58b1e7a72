/** The part of the stand-in sweep that looks at what people said: every comment in Plane, every message of a person in Odoo. */
import { z } from "zod";
import { presentComment } from "../../../dev/sandbox/plane/present.ts";
import type { World } from "../../../dev/sandbox/plane/world.ts";
import type { Hint } from "../../../shared/store/engine/sync_store.ts";
import type { Evidence } from "../judge/evidence.ts";
import { isSaid } from "../judge/talk.ts";

const object = z.record(z.string(), z.json());

export function talkHints({ world: plane }: { world: World }, { world: odoo }: Evidence["odoo"]): Hint[] {
  const comments = [...plane.comments.values()].filter(({ issue }) => plane.workItems.has(issue));
  const messages = [...odoo.database.rows("mail.message")].filter(isSaid);
  return [
    ...comments.map((comment): Hint => ({
      key: { side: "plane", type: "issue_comment", id: comment.id },
      priority: 3,
      projectId: comment.project,
      readFirst: true,
      // Its address names the work item, which only the record says.
      payload: {
        project_id: comment.project,
        observed: object.parse(presentComment({ world: plane, zone: "UTC" }, comment)),
      },
    })),
    ...messages.map(({ id }): Hint => ({
      key: { side: "odoo", model: "mail.message", id: String(id) },
      priority: 3,
      projectId: null,
    })),
  ];
}
