/** A comment of a work item, and a message of its task. */
import { SuiteError } from "../../errors.ts";
import type { Json } from "../../json.ts";
import type { OdooField, OdooFields } from "../../odoo/capabilities.ts";
import { COMMENT_ENDS } from "./comment_ends.ts";
import { type CommentForm, commentForm, MESSAGE_MODEL, wholeComment } from "./comment_form.ts";
import { commentLens, REMOVED } from "./comment_lens.ts";
import { markDeletedInPlane, messageMarker } from "./comment_marks.ts";
import { authorInOdoo, authorInPlane } from "./comment_people.ts";
import {
  itemOfComment,
  itemOfMessage,
  planeProjectOfMessage,
  readSubtypes,
  taskOfComment,
} from "./comment_place.ts";
import { optionNotValid } from "../pairs/config_problem.ts";
import type { PlaneAccess, SyncDependencies } from "../sides/dependencies.ts";
import { odooRecordOf } from "../sides/external_id.ts";
import type { Kind, Prepared, PrepareInput } from "../pairs/kind.ts";
import type { PlaneWrites } from "../pairs/plane_writes.ts";
import { NO_REFERENCES } from "../lenses/lens.ts";
import { TASK_MODEL } from "../sides/models.ts";
import { refuseArchivedProject } from "../sides/project_in_sight.ts";

const field = (type: string): OdooField => ({ type, required: false, readonly: false });
/** The same in Odoo 17, 18 and 19. */
const MESSAGE_FIELDS: OdooFields = {
  body: field("html"),
  model: field("char"),
  res_id: field("many2one_reference"),
  message_type: field("selection"),
  subtype_id: field("many2one"),
  author_id: field("many2one"),
  date: field("datetime"),
  is_internal: field("boolean"),
};

const PLANE_WRITES: PlaneWrites<CommentForm> = { make, update };

export const COMMENT_KIND: Kind<CommentForm> = {
  planeType: "issue_comment",
  odooModel: MESSAGE_MODEL,
  directions: ["plane_to_odoo", "odoo_to_plane"],
  lensesFor: ({ options }) => [commentLens(options.delete)],
  odooFields: () => MESSAGE_FIELDS,
  alwaysReads: ["model", "res_id", "message_type", "subtype_id", "author_id", "is_internal"],
  ownOptions: ["subtypes"],
  problems: (config) => readSubtypes(config) === null ? [optionNotValid(config, "subtypes")] : [],
  parse: commentForm,
  complete: (_plane, row) => Promise.resolve(wholeComment(row)),
  read: async ({ client }, planeId, projectId, itemId) =>
    wholeComment(await client.comment(inProject(projectId), inItem(itemId), planeId)),
  readArchived: refuseInArchive,
  hangsOn: itemOfComment,
  projectOf: (form) => form.project,
  recall: () => Promise.resolve({ references: NO_REFERENCES, isCurrent: true }),
  belongsInOdoo: async (form, _config, deps) => await taskOfComment(form, deps) !== null,
  prepare,
  placeInPlane: planeProjectOfMessage,
  plane: PLANE_WRITES,
  whenGone: COMMENT_ENDS,
  putAway: { field: "comment" },
};

/** Comments have no archive, but those of an archived project are 404 like deleted ones. */
async function refuseInArchive(
  { client }: PlaneAccess,
  _id: string,
  projectId: string | null,
): Promise<null> {
  await refuseArchivedProject(client, inProject(projectId), "read comment");
  return null;
}

function inProject(id: string | null): string {
  if (id === null) throw new SuiteError("project_unknown");
  return id;
}

function inItem(id: string | null): string {
  if (id === null) throw new SuiteError("work_item_unknown");
  return id;
}

/** What it hangs on was there at the beginning of this pass: the next one leaves it where it is. */
function lostItsPlace(message: string): SuiteError {
  return new SuiteError("partner_deleted", { message, retry: "now" });
}

async function prepare(input: PrepareInput<CommentForm>, deps: SyncDependencies): Promise<Prepared> {
  const nothing: Prepared = {
    references: NO_REFERENCES,
    onCreateInOdoo: {},
    onCreateInPlane: {},
    waitsFor: [],
    unmatched: [],
  };
  const { form, record, pair } = input;
  if (form !== null && record === null) {
    const task = await taskOfComment(form, deps);
    if (task === null) {
      throw lostItsPlace("The comment's task was deleted in Odoo.");
    }
    const { partner, name, unmatched } = await authorInOdoo(form, deps);
    return {
      ...nothing,
      references: { ...NO_REFERENCES, author: partner === null ? name : null },
      onCreateInOdoo: {
        model: TASK_MODEL,
        res_id: task,
        message_type: "comment",
        // By its external id: a note, which is sent to nobody.
        "subtype_id/id": "mail.mt_note",
        is_internal: true,
        ...(form.created_at === undefined ? {} : { date: form.created_at.slice(0, 19).replace("T", " ") }),
        ...(partner === null ? {} : { author_id: partner }),
      },
      unmatched,
    };
  }
  if (form === null && record !== null) {
    const item = await itemOfMessage(record, deps);
    if (item === null) throw lostItsPlace("The message's task is gone.");
    const { name } = await authorInPlane(record, deps);
    // An intent from before this pass: its worker may have posted the comment without living to say so.
    const isSecondTry = pair.mapping !== null;
    return {
      ...nothing,
      references: { ...NO_REFERENCES, author: name },
      onCreateInPlane: { issue: item.planeId, access: "INTERNAL", look_first: isSecondTry },
    };
  }
  return nothing;
}

/**
 * Plane refuses a second comment with the same external pair on one item, but checks without a lock, and has no look-up by it: so
 * after a post whose outcome nobody knows, the item's comments are searched.
 */
async function make(
  { client }: PlaneAccess,
  projectId: string | null,
  values: Readonly<Record<string, Json>>,
  external: { external_id: string; external_source: string },
): Promise<CommentForm> {
  const project = inProject(projectId);
  const item = inItem(typeof values.issue === "string" ? values.issue : null);
  try {
    if (values.look_first === true) {
      const marker = messageMarker(odooRecordOf(external)?.id ?? 0);
      for await (const row of client.comments(project, item)) {
        const isOurs = row.external_source === external.external_source &&
          row.external_id === external.external_id;
        if (isOurs || row.comment_html.includes(marker)) return wholeComment(row);
      }
    }
    const made = await client.createComment(project, item, {
      comment_html: String(values.comment_html ?? "<p></p>"),
      access: "INTERNAL",
      ...external,
    });
    return wholeComment(made.created ? made.record : await client.comment(project, item, made.id));
  } catch (thrown) {
    if (!(thrown instanceof SuiteError) || thrown.code !== "plane_not_found") throw thrown;
    // Deleted in Plane, which nobody has said yet: once that is known the message stays in Odoo.
    throw new SuiteError("waits_for_project");
  }
}

/** Comments cannot be archived: a duplicate of our own making, and what a person wants removed, is deleted. */
async function update(
  { client }: PlaneAccess,
  form: CommentForm,
  values: Readonly<Record<string, Json>>,
): Promise<CommentForm> {
  const { project, issue, id } = form;
  if (values[REMOVED] === true || typeof values.archived_at === "string") {
    await client.deleteComment(project, issue, id);
    return { ...form, comment_html: markDeletedInPlane(form.comment_html) };
  }
  return wholeComment(
    await client.updateComment(project, issue, id, { comment_html: String(values.comment_html ?? "") }),
  );
}
