/**
 * What people said on both sides, when, and what the engine made of it: comments in Plane, messages of people in Odoo. In one plain
 * form for both, without the engine's lenses.
 */
import type { Row } from "../../../dev/sandbox/odoo/database.ts";
import type { World as PlaneWorld } from "../../../dev/sandbox/plane/world.ts";
import type { Reader } from "../world/pass.ts";
import type { Side } from "../world/schedule.ts";
import type { OdooTables } from "./evidence.ts";
import { words } from "./fields.ts";
import type { Pair } from "./pairs.ts";

/** A comment or a message. */
export interface Remark {
  /** The work item or task, on the same side. */
  readonly on: string;
  /** The words without the lines that are not their author's; empty: nothing is left of it. */
  readonly text: string;
  /** A line above says that its original is gone. */
  readonly marked: boolean;
}

export interface RemarkChange {
  readonly at: number;
  readonly side: Side;
  readonly id: string;
  readonly by: "person" | "engine";
  readonly worker: string | null;
  readonly what: "made" | "text" | "marked" | "deleted";
  readonly from: string | boolean;
  readonly to: string | boolean;
  /** Engine only: when the pass that wrote had last read it; null: never. */
  readonly readAt: number | null;
  /** Engine only: whether the answer reached its worker. */
  readonly heard: boolean;
}

/** Only what people write: Odoo's own chatter is of other types. */
export function isSaid({ model, message_type }: Row): boolean {
  return model === "project.task" && (message_type === "comment" || message_type === "email");
}

const MARK = /^\(deleted in (?:Plane|Odoo)\)\s*/;
const AUTHORS = {
  plane: /^(?:alice|bob) \(Odoo\)\s*/,
  odoo: /^(?:alice|bob|gus|sync-bot|Plane):\s*/,
};

/** What a text of one side says. */
export function plainText(side: Side, html: unknown): { text: string; marked: boolean } {
  const all = words(html);
  return { text: all.replace(MARK, "").replace(AUTHORS[side], ""), marked: MARK.test(all) };
}

export class Talk {
  readonly changes: RemarkChange[] = [];
  /** Every two that were ever each other's, by the names the engine left on the servers: also of what is deleted by now. */
  readonly pairs = new Map<string, Pair>();
  readonly #known: Record<Side, Map<string, Remark>> = { plane: new Map(), odoo: new Map() };
  readonly #reads = new Map<string, number>();
  readonly #places = new Map<string, string>();

  constructor(readonly plane: PlaneWorld, readonly odoo: OdooTables) {}

  /** What is there now. */
  remarks(side: Side): ReadonlyMap<string, Remark> {
    return this.#known[side];
  }

  /** The work item of a comment, also of one that is deleted by now. */
  placeOf(comment: string): string | undefined {
    return this.#places.get(comment);
  }

  /** A remark was read, or in Plane all those of a work item. */
  readBy({ worker, pass }: Reader, side: Side, id: string, at: number): void {
    this.#reads.set(`${worker} ${pass} ${side} ${id}`, at);
  }

  /** Looks at a side after something may have changed there, and notes what did. */
  look(
    side: Side,
    by: RemarkChange["by"],
    at: number,
    reader: Reader | null,
    heard: boolean,
  ): RemarkChange[] {
    const worker = reader?.worker ?? null;
    const now = side === "plane" ? this.#inPlane() : this.#inOdoo();
    const known = this.#known[side];
    const found: RemarkChange[] = [];
    const readAt = (id: string, on: string) => {
      const names = side === "plane" ? [id, on] : [id];
      const times = names.flatMap((name) =>
        this.#reads.get(`${worker} ${reader?.pass} ${side} ${name}`) ?? []
      );
      return times.length === 0 ? null : Math.max(...times);
    };
    for (const [id, { on, text, marked }] of now) {
      const note = (what: RemarkChange["what"], from: string | boolean, to: string | boolean) =>
        found.push({ at, side, id, by, worker, what, from, to, readAt: readAt(id, on), heard });
      const before = known.get(id);
      if (before === undefined) note("made", "", text);
      else if (before.text !== text) note(text === "" ? "deleted" : "text", before.text, text);
      if ((before?.marked ?? false) !== marked) note("marked", !marked, marked);
    }
    for (const [id, { on, text }] of known) {
      if (now.has(id) || text === "") continue;
      found.push({
        at,
        side,
        id,
        by,
        worker,
        what: "deleted",
        from: text,
        to: "",
        readAt: readAt(id, on),
        heard,
      });
    }
    this.#known[side] = now;
    this.changes.push(...found);
    return found;
  }

  #inPlane(): Map<string, Remark> {
    const remarks = new Map<string, Remark>();
    for (const { id, issue, comment_html, external_id, external_source } of this.plane.comments.values()) {
      // What hung on a deleted item went with it.
      if (!this.plane.workItems.has(issue)) continue;
      this.#places.set(id, issue);
      remarks.set(id, { on: issue, ...plainText("plane", comment_html) });
      const [model, message] = external_source === "odoo" ? (external_id ?? "").split(",") : [];
      if (model === "mail.message" && message !== undefined) this.#pair(id, message);
    }
    return remarks;
  }

  #inOdoo(): Map<string, Remark> {
    for (const { module, model, name, res_id } of this.odoo.database.rows("ir.model.data")) {
      if (module !== "plane" || model !== "mail.message") continue;
      this.#pair(String(name).slice("issue_comment_".length), String(res_id));
    }
    return new Map(
      [...this.odoo.database.rows("mail.message")].filter(isSaid).map((row) => [
        String(row.id),
        { on: String(row.res_id), ...plainText("odoo", row.body) },
      ]),
    );
  }

  #pair(plane: string, odoo: string): void {
    this.pairs.set(`${plane} ${odoo}`, { plane, odoo });
  }
}
