/** What people say in Odoo: messages in the chatter of tasks. Whatever Odoo refuses has not been said. */
import type { OdooTables } from "../judge/evidence.ts";
import { words } from "../judge/fields.ts";
import type { OdooDoor } from "./odoo_door.ts";
import { nth } from "./plane_people.ts";
import type { TalkAct } from "./schedule.ts";
import { commentText } from "./texts.ts";

/** The lines above a text that are not its author's: the web client's editor keeps the cursor out of them. */
const LINES = /^(?:<div class="plane-node [^>]*>.*?<\/div>)*/;

/** Returns whether it happened. */
export async function talkInOdoo(
  { database }: OdooTables,
  door: OdooDoor,
  act: TalkAct,
  edit: number,
): Promise<boolean> {
  if (act.do === "comment") {
    const task = nth([...database.rows("project.task")].filter((row) => row.active === true), act.item);
    if (task === undefined) return false;
    await door.run("person", "project.task", "message_post", [task.id], {
      body: commentText(`o${edit}`, act.text),
      body_is_html: true,
      message_type: "comment",
      subtype_xmlid: act.text % 2 === 0 ? "mail.mt_note" : "mail.mt_comment",
    });
    return true;
  }
  const open = [...database.rows("mail.message")].filter(({ model, res_id, message_type, body }) =>
    model === "project.task" && message_type === "comment" && words(body) !== "" &&
    database.row("project.task", Number(res_id))?.active === true
  );
  const message = nth(open, act.comment);
  if (message === undefined) return false;
  const write = (body: string) =>
    door.run("person", "mail.message", "write", [message.id], { vals: { body } });
  if (act.do === "editComment") {
    const [lines = ""] = act.text === 7 ? [] : LINES.exec(String(message.body)) ?? [];
    await write(lines + commentText(`o${edit}`, act.text));
  } else if (act.comment % 2 === 0) {
    // What the web client leaves of a deleted message.
    await write('<span class="o-mail-Message-edited"></span>');
  } else {
    await door.run("manager", "mail.message", "unlink", [message.id], {});
  }
  return true;
}
