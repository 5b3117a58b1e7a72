/** What people say in Plane: comments on work items, in the web app. Whatever Plane refuses has not been said. */
import type { InProcessSandboxPlane } from "../../../dev/sandbox/plane/server.ts";
import { nth } from "./plane_people.ts";
import type { TalkAct } from "./schedule.ts";
import { commentText } from "./texts.ts";

/** The lines above a text that are not its author's: that its original is gone, and who wrote it in Odoo. */
const LINES =
  /^(?:<p[^>]*><em>\(deleted in Odoo\)<\/em><\/p>)?(?:<p[^>]*><strong>[^<]*<\/strong> \(Odoo\)<\/p>)?/;

/** Returns whether it happened. */
export function talkInPlane(plane: InProcessSandboxPlane, act: TalkAct, edit: number): boolean {
  const { world, web, users } = plane;
  const isOpen = (item: string) => world.workItems.get(item)?.archived_at === null;
  if (act.do === "comment") {
    const item = nth([...world.workItems.values()], act.item);
    if (item === undefined || !isOpen(item.id)) return false;
    // A guest, whom nobody knows in Odoo.
    const author = act.text === 1 ? users.gus : users.alice;
    const project = world.projects.get(item.project);
    if (project !== undefined && world.projectRole(project, author.id) === 0) {
      project.members.push({ id: world.newId(), userId: author.id, role: 5 });
    }
    web.createComment(author, item.id, { comment_html: commentText(`p${edit}`, act.text) });
    return true;
  }
  const comment = nth([...world.comments.values()].filter(({ issue }) => isOpen(issue)), act.comment);
  if (comment === undefined) return false;
  if (act.do === "deleteComment") {
    web.deleteComment(users.alice, comment.id);
    return true;
  }
  // Whoever writes it anew takes the lines away; Plane's editor keeps them without their attributes.
  const [lines = ""] = act.text === 7 ? [] : LINES.exec(comment.comment_html) ?? [];
  web.updateComment(users.alice, comment.id, {
    comment_html: lines.replaceAll(/<p[^>]*>/g, "<p>") + commentText(`p${edit}`, act.text),
  });
  return true;
}
