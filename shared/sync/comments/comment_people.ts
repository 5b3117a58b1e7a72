/** Who wrote a comment, as the other side knows them. */
import type { OdooRecord } from "../../odoo/client.ts";
import type { CommentForm } from "./comment_form.ts";
import type { SyncDependencies } from "../sides/dependencies.ts";
import { relatedId, relatedName } from "../lenses/lens.ts";
import type { PlanePerson } from "../sides/plane_forms.ts";
import { lookUp } from "../lenses/references.ts";
import type { Prepared } from "../pairs/kind.ts";

/** Named when Plane does not say who it was. */
const SOMEBODY_IN_PLANE = "Plane";
/** Named when a mail came from nobody Odoo knows. */
const SOMEBODY_IN_ODOO = "Somebody";

export interface CommentAuthor {
  /** The partner of the Odoo user; null: the note stands in the bot's name, and `name` above it. */
  partner: number | null;
  name: string;
  unmatched: Prepared["unmatched"];
}

/** The Odoo partner of a Plane comment's author: by the value map, else by e-mail address. Asks Odoo once per new person. */
export async function authorInOdoo(form: CommentForm, deps: SyncDependencies): Promise<CommentAuthor> {
  const { actor, project } = form;
  if (actor === null) return { partner: null, name: SOMEBODY_IN_PLANE, unmatched: [] };
  const [known] = await deps.plane?.directory.people(project, [actor]) ?? [];
  const person: PlanePerson = known ?? { id: actor, email: null, display_name: null };
  const odoo = deps.odoo();
  const pointing = { state: null, labels: [], assignees: [person] };
  const { users, unmatched } = await lookUp(deps.store, odoo, pointing, 0);
  const name = person.display_name ?? SOMEBODY_IN_PLANE;
  const user = users.get(actor) ?? null;
  if (user === null) return { partner: null, name, unmatched };
  const [record] = await odoo.read("res.users", [user], ["partner_id"], { context: { active_test: false } });
  return { partner: relatedId(record?.partner_id), name, unmatched };
}

/** The name of a message's author, and whether it is one of the company's own people. */
export async function authorInPlane(
  message: OdooRecord,
  { odoo }: Pick<SyncDependencies, "odoo">,
): Promise<{ name: string; isInternal: boolean }> {
  const partner = relatedId(message.author_id);
  if (partner === null) return { name: SOMEBODY_IN_ODOO, isInternal: false };
  // Whoever has left the company was one of its people all the same.
  const [user] = await odoo().searchRead(
    "res.users",
    [["partner_id", "=", partner], ["share", "=", false]],
    ["name"],
    { limit: 1 },
    { context: { active_test: false } },
  );
  const name = typeof user?.name === "string" ? user.name : relatedName(message.author_id);
  return { name: name || SOMEBODY_IN_ODOO, isInternal: user !== undefined };
}
